# The test programs, one per area. Their sources are listed in each folder's sources.cmake.
nengine_test(test_kernels FOLDER kernels LIST NENGINE_KERNELS_TESTS
             LIBRARIES nengine_kernels LABELS fast)
# kernels/library_calls_test.cpp counts calls of these.
foreach(function IN ITEMS exp expm1 log log1p pow)
    target_link_options(test_kernels PRIVATE LINKER:--wrap=${function}
                                             LINKER:--wrap=${function}f)
endforeach()
if(NENGINE_KERNELS_ONLY)
    return()
endif()
nengine_test(test_io FOLDER engine/io LIST NENGINE_IO_TESTS
             LIBRARIES nengine_engine LibZip::zip ZLIB::ZLIB LABELS fast)
nengine_test(test_engine FOLDER engine LIST NENGINE_ENGINE_TESTS
             LIBRARIES nengine_engine LABELS fast)
nengine_test(test_numerics FOLDER api/numerics LIST NENGINE_NUMERICS_TESTS
             LIBRARIES nengine_numerics LABELS fast)
nengine_test(test_reference FOLDER reference LIST NENGINE_REFERENCE_TESTS
             LIBRARIES nengine_engine LABELS fast)
nengine_test(test_conformance FOLDER conformance LIST NENGINE_CONFORMANCE_TESTS
             LIBRARIES nengine_engine LABELS conformance TIMEOUT 900)
nengine_test(test_api FOLDER api LIST NENGINE_API_TESTS LIBRARIES nengine::static
             LABELS fast)
nengine_test(test_golden FOLDER golden LIST NENGINE_GOLDEN_TESTS
             LIBRARIES nengine::static LABELS golden TIMEOUT 600)
if(NENGINE_CUDA_EMULATOR)
    nengine_test(test_emulator FOLDER cuda_emulator LIST NENGINE_EMULATOR_TESTS
                 LIBRARIES nengine_engine nengine_cuda_emulator LABELS fast)
    nengine_emulated_test(test_kernels without_pools NENGINE_EMULATOR_REFUSES=pools)
    nengine_emulated_test(test_engine without_pools NENGINE_EMULATOR_REFUSES=pools)
    nengine_emulated_test(test_engine without_captures NENGINE_EMULATOR_REFUSES=captures)
endif()
if(NENGINE_BUILD_SAMPLES)
    add_subdirectory(samples)
endif()
