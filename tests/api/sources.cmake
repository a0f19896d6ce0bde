set(NENGINE_API_TESTS
    front_end_test.cpp
    layer_test.cpp
    learning_test.cpp
    main_job_gradient_test.cpp
    networks_test.cpp
    progress_test.cpp
    scale_test.cpp
    simulator_test.cpp
    tensor_test.cpp
    training_test.cpp
    transform_test.cpp)
list(TRANSFORM NENGINE_API_TESTS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
