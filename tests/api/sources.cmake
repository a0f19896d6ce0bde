set(NENGINE_API_TESTS
    front_end_test.cpp
    golden_build_test.cpp
    golden_networks.cpp
    golden_networks_connections.cpp
    golden_networks_ensembles.cpp
    golden_networks_probes.cpp
    golden_simulation_test.cpp
    layer_test.cpp
    main_job_gradient_test.cpp
    progress_test.cpp
    simulator_test.cpp
    tensor_test.cpp
    training_test.cpp)
list(TRANSFORM NENGINE_API_TESTS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
