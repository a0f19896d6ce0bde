# The sample programs, one file each, and what they share.
set(NENGINE_SAMPLES spiking_mnist.cpp nef_sine.cpp)
set(NENGINE_SAMPLE_SUPPORT_SOURCES
    support/image_set.cpp support/main.cpp support/plot.cpp support/spiking_classifier.cpp)
