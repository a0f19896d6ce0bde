# cmake -D LINKER= -D NM= -D OBJCOPY= -D OBJECTS=a|b -D KEEP=regex -D OUT= -P this file
#
# Joins OBJECTS into the object OUT and makes private in it every inline function that was
# not inlined, and every table of virtual functions, but those whose names match KEEP. The
# linker keeps one copy of each, from whichever object it meets first: a copy compiled for
# a newer processor must never be that one. The groups (COMDAT) that inline functions come
# in go as well: of groups of one name the linker keeps the first, private or not. (ld's
# --force-group-allocation does that too, but lld knows it from 19 on.)
string(REPLACE "|" ";" objects "${OBJECTS}")
execute_process(COMMAND ${LINKER} -r -o ${OUT} ${objects}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${NM} --defined-only --format=posix ${OUT}
                OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "([^\n]+ W|_ZTV[^\n]+ V) [^\n]*" weak "${symbols}")
set(names "")
foreach(line IN LISTS weak)
    string(REGEX REPLACE " .*" "" name "${line}")
    if(NOT name MATCHES "${KEEP}")
        string(APPEND names "${name}\n")
    endif()
endforeach()
set(changes --remove-section=.group)
if(names)  # objcopy fails on an empty list
    file(WRITE ${OUT}.names "${names}")
    list(APPEND changes --localize-symbols=${OUT}.names)
endif()
execute_process(COMMAND ${OBJCOPY} ${changes} ${OUT} COMMAND_ERROR_IS_FATAL ANY)
