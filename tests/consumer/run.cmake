# Installs the package of BUILD_DIR with the library in its FORM (static or shared), then
# configures, builds and runs PROGRAM with it, from nothing. A page in Markdown is a PROGRAM too: the blocks marked as cpp are its files.
set(prefix ${WORK_DIR}/prefix)
set(build ${WORK_DIR}/build)
file(REMOVE_RECURSE ${WORK_DIR})

function(step)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Writes each block of a page to the file that its first line names, or to example.cpp.
# Gives the names of the files that compilers get: those that are no headers.
function(extract_blocks page out)
    file(READ ${page} text)
    set(fence "```cpp\n")
    set(sources "")
    string(FIND "${text}" "${fence}" begin)
    if(begin EQUAL -1)
        message(FATAL_ERROR "${page} has no block that begins with ```cpp")
    endif()
    while(NOT begin EQUAL -1)
        math(EXPR begin "${begin} + 7")
        string(SUBSTRING "${text}" ${begin} -1 text)
        string(FIND "${text}" "\n```" end)
        string(SUBSTRING "${text}" 0 ${end} block)
        set(name example.cpp)
        if(block MATCHES "^// ([a-z_]+\\.[a-z]+)\n")
            set(name ${CMAKE_MATCH_1})
        endif()
        file(WRITE ${WORK_DIR}/${name} "${block}\n")
        if(NOT name MATCHES "\\.hpp$")
            list(APPEND sources ${WORK_DIR}/${name})
        endif()
        string(SUBSTRING "${text}" ${end} -1 text)
        string(FIND "${text}" "${fence}" begin)
    endwhile()
    set(${out} ${sources} PARENT_SCOPE)
endfunction()

# What the installed headers include must be installed. (A compiler looks only at what it
# is given: on this machine there may be none for CUDA.)
function(check_headers folder)
    file(GLOB_RECURSE headers ${folder}/*)
    foreach(header IN LISTS headers)
        file(STRINGS ${header} lines REGEX "^#include \"kernels/")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE "^#include \"(.*)\".*" "\\1" name "${line}")
            if(NOT EXISTS ${folder}/internal/${name})
                message(FATAL_ERROR "${header} includes ${name}, which is not installed")
            endif()
        endforeach()
    endforeach()
endfunction()

if(PROGRAM MATCHES "\\.md$")
    extract_blocks(${PROGRAM} PROGRAM)
endif()

string(REPLACE ";" "\\;" PROGRAM "${PROGRAM}")  # one argument
step(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
if(OTHER_FORM)  # in the place of the one that this build installs
    file(GLOB_RECURSE installed ${prefix}/libnengine.* ${prefix}/nengineConfig.cmake)
    file(REMOVE ${installed})
    step(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix}
         --component ${OTHER_FORM})
endif()
check_headers(${prefix}/include/nengine)
step(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${build} -G ${GENERATOR}
     -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER=${CXX_COMPILER}
     -D CMAKE_PREFIX_PATH=${prefix} "-DPROGRAM=${PROGRAM}" -D EXPECT_CUDA=${EXPECT_CUDA}
     -D EXPECT_FORM=${FORM}
     -D SANITIZE=${SANITIZE} -D CMAKE_CUDA_COMPILER=${CUDA_COMPILER}
     -D CMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHITECTURES})
step(${CMAKE_COMMAND} --build ${build})
step(${build}/consumer)
