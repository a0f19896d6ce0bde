set(NENGINE_EMULATOR_TESTS cudnn_test.cpp emulator_test.cpp)
