# What the targets share.
set(NENGINE_FUZZ_SOURCES check.cpp entry.cpp gzip.cpp npy_files.cpp random.cpp zip_files.cpp)
