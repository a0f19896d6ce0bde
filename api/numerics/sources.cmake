set(NENGINE_NUMERICS_SOURCES
    arithmetic.cpp
    array.cpp
    conjugate_gradients.cpp
    dense.cpp
    distribution_functions.cpp
    distributions.cpp
    elastic_net.cpp
    image_shapes.cpp
    initializers.cpp
    least_squares.cpp
    linear_filter_math.cpp
    neuron_math.cpp
    nonnegative.cpp
    packed_product.cpp
    parallel_for.cpp
    positions.cpp
    process_steps.cpp
    random_state.cpp
    scattered_hypersphere.cpp
    seeds.cpp
    spherical_angle.cpp
    steps.cpp
    subsolvers.cpp
    synapse_steps.cpp
    tensor_text.cpp
    text.cpp
    values_or_samples.cpp
    window_axis.cpp)

# Products and sums are rounded one by one, as numpy does: fused, the current of a neuron
# exactly at its threshold would come out on the other side.
list(TRANSFORM NENGINE_NUMERICS_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/
     OUTPUT_VARIABLE numerics_paths)
set_source_files_properties(${numerics_paths} PROPERTIES COMPILE_OPTIONS
                                                         -ffp-contract=off)
