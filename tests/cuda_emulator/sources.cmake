set(NENGINE_EMULATOR_TESTS emulator_test.cpp)
