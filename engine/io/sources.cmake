set(NENGINE_IO_SOURCES atomic_file.cpp descriptor.cpp growing_file.cpp idx.cpp in_quotes.cpp
                       mapped_file.cpp npy.cpp npy_header.cpp npz.cpp read_file.cpp zip_directory.cpp)
