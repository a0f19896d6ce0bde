# cuDNN's headers -> CUDNN::headers, CUDNN_VERSION. The library itself is opened at run
# time. Looks beside the CUDA toolkit, in CUDNN_ROOT or CUDNN_PATH, and in the Python wheel
# nvidia-cudnn, whose folder lies beside the toolkit's or is named by Python.
set(cudnn_hints "")
foreach(dir IN LISTS CUDAToolkit_INCLUDE_DIRS CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES)
    cmake_path(SET near NORMALIZE "${dir}/..")
    cmake_path(SET wheel NORMALIZE "${dir}/../../cudnn")
    list(APPEND cudnn_hints "${near}" "${wheel}")
endforeach()
find_path(
    CUDNN_INCLUDE_DIR cudnn_version.h
    HINTS ${CUDNN_ROOT} ENV CUDNN_ROOT ENV CUDNN_PATH ${cudnn_hints}
    PATH_SUFFIXES include)
if(NOT CUDNN_INCLUDE_DIR)
    find_program(CUDNN_PYTHON NAMES python3)
    mark_as_advanced(CUDNN_PYTHON)
    if(CUDNN_PYTHON)
        execute_process(
            COMMAND
                ${CUDNN_PYTHON} -c
                "import nvidia.cudnn as c; print(list(c.__path__)[0])"
            OUTPUT_VARIABLE wheel
            OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        find_path(CUDNN_INCLUDE_DIR cudnn_version.h HINTS "${wheel}" PATH_SUFFIXES include)
    endif()
endif()
mark_as_advanced(CUDNN_INCLUDE_DIR)
if(CUDNN_INCLUDE_DIR)
    file(STRINGS ${CUDNN_INCLUDE_DIR}/cudnn_version.h cudnn_lines
         REGEX "^#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) +[0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" cudnn_lines "${cudnn_lines}")
    list(JOIN cudnn_lines "." CUDNN_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    CUDNN
    REQUIRED_VARS CUDNN_INCLUDE_DIR
    VERSION_VAR CUDNN_VERSION)
if(CUDNN_FOUND AND NOT TARGET CUDNN::headers)
    add_library(CUDNN::headers INTERFACE IMPORTED)
    set_target_properties(CUDNN::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                                    "${CUDNN_INCLUDE_DIR}")
endif()
