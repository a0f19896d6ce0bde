# The sample programs, one file each, and what they share.
set(NENGINE_SAMPLES
    attention.cpp circular_convolution.cpp controlled_integrator.cpp custom_neuron.cpp
    nef_sine.cpp oscillator.cpp pes_learning.cpp spiking_mnist.cpp user_cell.cpp)
set(NENGINE_SAMPLE_custom_neuron_CUDA custom_neuron.cu)
set(NENGINE_SAMPLE_SUPPORT_SOURCES
    support/image_set.cpp support/interrupt.cpp support/main.cpp support/plot.cpp
    support/simulation_options.cpp support/spiking_classifier.cpp)
