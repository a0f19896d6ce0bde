set(NENGINE_EMULATOR_TESTS
    cublas_test.cpp
    cudnn_test.cpp
    device_memory_test.cpp
    emulator_test.cpp
    event_timer_test.cpp
    refused_recording_test.cpp
    training_launches_test.cpp)
