# Installs the package of BUILD_DIR and builds a copy of the samples with it: a folder in
# which no header of the repository can be found but theirs. Then runs some.
set(prefix ${WORK_DIR}/prefix)
set(build ${WORK_DIR}/build)
file(REMOVE_RECURSE ${WORK_DIR})

function(step)
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR}
                    COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(COPY ${SAMPLES_DIR} DESTINATION ${WORK_DIR}/source)
set(flags "")
if(SANITIZE)
    set(flags -fsanitize=${SANITIZE})
endif()
step(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
# Debug: what is compiled is what counts, and this is the fastest way.
step(${CMAKE_COMMAND} -S ${WORK_DIR}/source/samples -B ${build} -G ${GENERATOR}
     -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_COMPILER=${CXX_COMPILER}
     -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_EXE_LINKER_FLAGS=${flags}
     -D CMAKE_CUDA_COMPILER=${CUDA_COMPILER}
     -D CMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHITECTURES})
step(${CMAKE_COMMAND} --build ${build})
step(${build}/bin/spiking_mnist --device cpu --train 100 --test 50 --minibatch 50
     --epochs 1 --steps 5 --json results.json --predict answers.npy)
step(${build}/bin/custom_neuron)
