set(NENGINE_IO_TESTS atomic_file_test.cpp growing_file_test.cpp idx_test.cpp npy_test.cpp
                     npz_test.cpp read_file_test.cpp)
