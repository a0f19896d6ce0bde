set(NENGINE_REFERENCE_TESTS naive_golden_test.cpp naive_interpreter.cpp
                            naive_interpreter_test.cpp naive_learning.cpp
                            naive_operators.cpp
                            naive_tensors.cpp
                            naive_training.cpp naive_training_test.cpp)
