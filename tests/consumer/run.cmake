# Installs the package of BUILD_DIR, then configures, builds and runs PROGRAM with it, from
# nothing. Of a page in Markdown, PROGRAM is the first block marked as cpp.
set(prefix ${WORK_DIR}/prefix)
set(build ${WORK_DIR}/build)
file(REMOVE_RECURSE ${WORK_DIR})

function(step)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(PROGRAM MATCHES "\\.md$")
    set(page ${PROGRAM})
    set(PROGRAM ${WORK_DIR}/example.cpp)
    file(READ ${page} text)
    string(FIND "${text}" "```cpp\n" begin)
    if(begin EQUAL -1)
        message(FATAL_ERROR "${page} has no block that begins with ```cpp")
    endif()
    math(EXPR begin "${begin} + 7")
    string(SUBSTRING "${text}" ${begin} -1 text)
    string(FIND "${text}" "\n```" end)
    string(SUBSTRING "${text}" 0 ${end} text)
    file(WRITE ${PROGRAM} "${text}\n")
endif()

step(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
step(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${build} -G ${GENERATOR}
     -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER=${CXX_COMPILER}
     -D CMAKE_PREFIX_PATH=${prefix} -D PROGRAM=${PROGRAM} -D EXPECT_CUDA=${EXPECT_CUDA}
     -D SANITIZE=${SANITIZE})
step(${CMAKE_COMMAND} --build ${build})
step(${build}/consumer)
