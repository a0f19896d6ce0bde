set(NENGINE_CONFORMANCE_TESTS
    ../reference/naive_interpreter.cpp
    ../reference/naive_operators.cpp
    ../reference/naive_training.cpp
    ../support/model_runs.cpp
    ../support/random_model.cpp
    operator_cases.cpp
    operator_test.cpp)
