# nengine_neuron_units(<out>) makes a source file of each kernels/neurons/<name>.hpp, whose
# functor is called as the file is (lif_rate.hpp: LifRate), and one with the table of them
# all: the built-in neuron types. They are unified sources.
function(nengine_neuron_units out)
    set(here ${PROJECT_SOURCE_DIR}/kernels)
    set(made ${CMAKE_CURRENT_BINARY_DIR}/neurons)
    file(GLOB headers CONFIGURE_DEPENDS ${here}/neurons/*.hpp)
    set(units "")
    set(declarations "")
    set(entries "")
    foreach(header IN LISTS headers)  # sorted
        cmake_path(GET header STEM file)
        set(Functor "")
        string(REPLACE "_" ";" words ${file})
        foreach(word IN LISTS words)
            string(SUBSTRING ${word} 0 1 first)
            string(SUBSTRING ${word} 1 -1 rest)
            string(TOUPPER ${first} first)
            string(APPEND Functor ${first}${rest})
        endforeach()
        configure_file(${here}/unified/neuron_unit.cpp.in ${made}/${file}.cpp @ONLY)
        list(APPEND units ${made}/${file}.cpp)
        string(APPEND declarations
               "RegisteredNeuron ${file}_neuron(const ThisExec&);\n")
        string(APPEND entries "        ${file}_neuron(ThisExec{}),\n")
    endforeach()
    configure_file(${here}/unified/neuron_table.cpp.in ${made}/table.cpp @ONLY)
    set(${out} ${units} ${made}/table.cpp PARENT_SCOPE)
endfunction()
