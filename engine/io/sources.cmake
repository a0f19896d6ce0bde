set(NENGINE_IO_SOURCES atomic_file.cpp idx.cpp npy.cpp npz.cpp)
