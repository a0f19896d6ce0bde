set(NENGINE_SAMPLES_TESTS support/plot_test.cpp)
