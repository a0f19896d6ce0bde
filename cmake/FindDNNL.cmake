# oneDNN -> DNNL::dnnl, DNNL_VERSION. Its own package file asks for OpenCL's headers even
# where nothing of OpenCL is used, so it is looked up by hand.
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(DNNL_LIBRARY dnnl)
mark_as_advanced(DNNL_INCLUDE_DIR DNNL_LIBRARY)
if(DNNL_INCLUDE_DIR)
    file(STRINGS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h dnnl_lines
         REGEX "^#define DNNL_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" dnnl_lines "${dnnl_lines}")
    list(JOIN dnnl_lines "." DNNL_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    DNNL
    REQUIRED_VARS DNNL_LIBRARY DNNL_INCLUDE_DIR
    VERSION_VAR DNNL_VERSION)
if(DNNL_FOUND AND NOT TARGET DNNL::dnnl)
    add_library(DNNL::dnnl UNKNOWN IMPORTED)
    set_target_properties(
        DNNL::dnnl PROPERTIES IMPORTED_LOCATION "${DNNL_LIBRARY}"
                              INTERFACE_INCLUDE_DIRECTORIES "${DNNL_INCLUDE_DIR}")
endif()
