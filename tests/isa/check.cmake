# Fails when OBJECT defines a weak function (an inline function that other objects may have
# too) or table of virtual functions whose name does not say that it is AVX-512's own, or
# has groups of sections, of which the linker may drop one for another object's.
execute_process(COMMAND ${NM} --defined-only --format=posix ${OBJECT}
                OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+ [TtWwV] [^\n]*" functions "${symbols}")
if(NOT functions)
    message(FATAL_ERROR "${OBJECT} holds no functions at all")
endif()
set(leaks "")
foreach(line IN LISTS functions)
    string(REGEX REPLACE " .*" "" name "${line}")
    if((line MATCHES " W " OR line MATCHES "^_ZTV.* V ") AND NOT name MATCHES "Avx512")
        string(APPEND leaks "\n  ${name}")
    endif()
endforeach()
execute_process(COMMAND ${READELF} --section-groups ${OBJECT}
                OUTPUT_VARIABLE groups COMMAND_ERROR_IS_FATAL ANY)
if(groups MATCHES "COMDAT")
    message(FATAL_ERROR "${OBJECT} has groups of sections:\n${groups}")
endif()
if(leaks)
    message(FATAL_ERROR "shared functions compiled for AVX-512 in ${OBJECT}:${leaks}")
endif()
