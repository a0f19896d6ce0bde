set(NENGINE_ENGINE_TESTS
    ../reference/naive_interpreter.cpp
    ../reference/naive_operators.cpp
    ../support/model_runs.cpp
    ../support/random_model.cpp
    core/model_test.cpp
    core/signal_test.cpp
    random_network_test.cpp)
