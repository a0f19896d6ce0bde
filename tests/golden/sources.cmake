set(NENGINE_GOLDEN_TESTS
    compare_build.cpp
    compare_simulation.cpp
    golden_test.cpp
    bench.cpp
    config.cpp
    conn.cpp
    ensemble.cpp
    network.cpp
    neuron.cpp
    node.cpp
    probe.cpp
    seeds.cpp
    solver.cpp
    tutorial.cpp)
list(TRANSFORM NENGINE_GOLDEN_TESTS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
