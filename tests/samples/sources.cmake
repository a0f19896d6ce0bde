set(NENGINE_SAMPLES_TESTS
    main_job_answers_test.cpp
    nef_sine_test.cpp
    program.cpp
    readme_example_test.cpp
    spiking_mnist_test.cpp
    support/image_set_test.cpp
    support/plot_test.cpp)
