# cmake -D COMPILER= -D COMPILER_ID= -D ROOT= -D PROGRAM= -P this file
#
# Compiles PROGRAM and fails unless each line that ends in `// says: TEXT`, or `// <id of
# the compiler> says: TEXT`, is complained of with TEXT, and no line without such a comment
# is.
set(flags -std=c++20 -fsyntax-only -fno-diagnostics-color -I${ROOT} -I${ROOT}/api/include)
if(COMPILER_ID STREQUAL "Clang")
    list(APPEND flags -ferror-limit=0)
endif()
set(ENV{LC_ALL} C)
execute_process(COMMAND ${COMPILER} ${flags} ${PROGRAM} ERROR_VARIABLE output
                RESULT_VARIABLE code)
if(code EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} compiles")
endif()
string(REGEX REPLACE "[][;]" " " output "${output}")  # no lists, no brackets
string(REGEX MATCHALL "[^\n]*:[0-9]+:[0-9]+: (fatal error|error|warning): [^\n]*" said
                      "${output}")

file(READ ${PROGRAM} text)
string(REGEX REPLACE "[][;]" " " text "${text}")
string(REPLACE "\n" ";" lines "${text}")
set(number 0)
set(faults "")
foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    set(here "${said}")
    list(FILTER here INCLUDE REGEX "^${PROGRAM}:${number}:")
    list(JOIN here "\n    " all)
    if(line MATCHES "// (([A-Za-z]+) )?says: (.*)$")
        set(compiler "${CMAKE_MATCH_2}")
        set(wanted "${CMAKE_MATCH_3}")
        string(FIND "${all}" "${wanted}" at)
        if(at EQUAL -1 AND (compiler STREQUAL "" OR compiler STREQUAL COMPILER_ID))
            string(APPEND faults "\n  line ${number} wants '${wanted}': ${all}")
        endif()
    elseif(here)
        string(APPEND faults "\n  line ${number} has no comment, but: ${all}")
    endif()
endforeach()
list(FILTER said EXCLUDE REGEX "^${PROGRAM}:")
if(said)
    list(JOIN said "\n  " all)
    string(APPEND faults "\n  elsewhere: ${all}")
endif()
if(faults)
    message(FATAL_ERROR "${COMPILER_ID} on ${PROGRAM}:${faults}")
endif()
