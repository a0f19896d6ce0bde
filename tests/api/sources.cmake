set(NENGINE_API_TESTS
    custom_neuron_test.cpp
    ../reference/naive_interpreter.cpp
    ../reference/naive_learning.cpp
    ../reference/naive_operators.cpp
    ../support/model_runs.cpp
    errors.cpp
    errors_of_connections_test.cpp
    errors_of_objects_test.cpp
    errors_of_simulators_test.cpp
    front_end_test.cpp
    layer_test.cpp
    learning_errors_test.cpp
    learning_test.cpp
    learning_variations_test.cpp
    main_job_gradient_test.cpp
    networks_test.cpp
    parity_test.cpp
    philox_spikes_test.cpp
    philox_test.cpp
    probe_test.cpp
    process_test.cpp
    progress_test.cpp
    random_networks_test.cpp
    scale_test.cpp
    random_spikes_test.cpp
    simulator_test.cpp
    tensor_test.cpp
    training_test.cpp
    transform_test.cpp
    tuning_test.cpp
    warnings_test.cpp)
list(TRANSFORM NENGINE_API_TESTS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
set(NENGINE_API_TESTS_CUDA custom_neurons.cu)
list(TRANSFORM NENGINE_API_TESTS_CUDA PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
