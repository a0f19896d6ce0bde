# What every internal target shares, and the helpers that the folders' lists use.

add_library(nengine_build INTERFACE)
target_compile_features(nengine_build INTERFACE cxx_std_20)
target_include_directories(nengine_build INTERFACE ${PROJECT_SOURCE_DIR}
                                                   ${PROJECT_SOURCE_DIR}/api/include)
target_compile_definitions(
    nengine_build INTERFACE NENGINE_WITH_CUDA=${nengine_with_cuda}
                            NENGINE_WITH_DNNL=${nengine_with_dnnl})
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(nengine_flags "")
if(NENGINE_CPU_ARCH)
    # A target may ask for another processor in its property NENGINE_ARCH. (Options of the
    # target itself come before these, so a -march= there would have no effect.)
    set(own $<TARGET_PROPERTY:NENGINE_ARCH>)
    list(APPEND nengine_flags
         -march=$<IF:$<BOOL:${own}>,${own},${NENGINE_CPU_ARCH}>)
endif()
# Designated initialisers leave members to their defaults, on purpose.
set(nengine_warnings -Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees std::optional and Eigen's matrices as uninitialised where they are not.
    list(APPEND nengine_warnings -Wno-maybe-uninitialized)
endif()
if(NENGINE_WERROR)
    list(APPEND nengine_warnings -Werror)
endif()
# Messages show paths as in the repository, not where it was built. (Not for nvcc: ccache
# would take two checkouts of one source for two sources.)
target_compile_options(
    nengine_build
    INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
              ${nengine_flags} ${nengine_warnings} -Wpedantic>)
if(NENGINE_WITH_CUDA AND NOT NENGINE_CUDA_EMULATOR)
    # -Wpedantic would complain about the code that nvcc itself generates, and warning 177
    # about members of functors that the CPU's launches alone read.
    list(JOIN nengine_flags "," host_flags)
    list(JOIN nengine_warnings "," host_warnings)
    set(nengine_cuda_flags --extended-lambda --expt-relaxed-constexpr -diag-suppress=177
                           -Xcompiler=${host_flags},${host_warnings})
    if(NENGINE_WERROR)
        list(APPEND nengine_cuda_flags -Werror=all-warnings)
    endif()
    target_compile_options(nengine_build
                           INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:${nengine_cuda_flags}>)
endif()
if(NENGINE_SANITIZE)
    target_compile_options(
        nengine_build INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${NENGINE_SANITIZE}
                                -fno-sanitize-recover=all -fno-omit-frame-pointer>)
    target_link_options(nengine_build INTERFACE -fsanitize=${NENGINE_SANITIZE})
endif()

# Where the programs of this build find data: absolute, so that they run from anywhere, or
# relative to the root for those that travel to another machine.
set(nengine_root ${PROJECT_SOURCE_DIR})
if(NENGINE_PORTABLE_BINARIES)
    set(nengine_root .)
    set(CMAKE_BUILD_RPATH "$ORIGIN/../lib")
    set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
    # The old tag also serves the libraries that our libraries need.
    target_link_options(nengine_build INTERFACE -Wl,--disable-new-dtags)
endif()

# nengine_sources(<out> <folder> <list>...) reads <folder>/sources.cmake, where the
# folder's files are listed relative to it, and gives their full paths in <out>. A list may
# run ahead of its files while a folder is being written; the presets forbid that.
function(nengine_sources out folder)
    include(${folder}/sources.cmake OPTIONAL)
    set(found "")
    foreach(list IN LISTS ARGN)
        foreach(source IN LISTS ${list})
            cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder} NORMALIZE)
            if(EXISTS ${source} OR NENGINE_STRICT_SOURCES)
                list(APPEND found ${source})
            else()
                message(WARNING "${folder}/sources.cmake lists a missing file: ${source}")
            endif()
        endforeach()
    endforeach()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# nengine_object_library(<name> <sources>) makes an object library of the sources. A
# folder without sources gets an empty one, so that the archives above need no guards.
function(nengine_object_library name)
    set(sources ${ARGN})
    if(NOT sources)
        set(sources ${PROJECT_BINARY_DIR}/${name}_empty.cpp)
        file(CONFIGURE OUTPUT ${sources} CONTENT "")
    endif()
    add_library(${name} OBJECT ${sources})
    target_link_libraries(${name} PUBLIC nengine_build)
    # In every form of the library: what it exports says NENGINE_API.
    set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden
                                             CUDA_VISIBILITY_PRESET hidden)
endfunction()

# nengine_cuda_language(<target> <sources>) has nvcc compile a target's sources in this
# folder, or g++ for the emulated device. What is fused into a sum, and so rounded once,
# the source says.
function(nengine_cuda_language target)
    if(NOT NENGINE_CUDA_EMULATOR)
        set_source_files_properties(${ARGN} PROPERTIES LANGUAGE CUDA)
        target_compile_options(
            ${target} PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:-O3;-fmad=false>")
        return()
    endif()
    set_source_files_properties(
        ${ARGN} PROPERTIES LANGUAGE CXX
                           COMPILE_OPTIONS "-include;cuda_runtime.h;-ffp-contract=off;\
-Wno-unknown-pragmas;-Wno-conversion;-Wno-pedantic")
    target_link_libraries(${target} PRIVATE nengine_cuda_emulator)
endfunction()

# nengine_cuda_sources(<target> <folder> <list>...) adds sources for the CUDA device, in
# builds with it.
function(nengine_cuda_sources target folder)
    if(NOT NENGINE_WITH_CUDA)
        return()
    endif()
    nengine_sources(sources ${folder} ${ARGN})
    if(sources)
        target_sources(${target} PRIVATE ${sources})
        nengine_cuda_language(${target} ${sources})
        set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
    endif()
endfunction()
