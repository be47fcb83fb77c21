# Inference with a network of 17-64-64-6 adds at most LIMIT bytes to an empty program, both at -O2 and stripped; its
# 5,702 weights are not counted. The linker rounds files up to pages. And training sequences of 512 steps adds what those of
# 8 add: a loop walks over the steps.
#
#   cmake -DSETTINGS=<ETCH_COMPILER_SETTINGS> -DWORK_DIR=<folder> -DSTRIP=<strip> [-DLIMIT=<bytes>] -P size.cmake
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")
if(NOT DEFINED LIMIT)
  math(EXPR LIMIT "40 * 1024")
endif()
math(EXPR weights "4 * (17 * 64 + 64 + 64 * 64 + 64 + 64 * 6 + 6)")

set(folder "${WORK_DIR}/size")
file(MAKE_DIRECTORY "${folder}")
file(WRITE "${folder}/empty.cpp" "int main() {}\n")

function(stripped_size source result)
  execute_process(COMMAND ${COMPILER} -O2 ${ARGN} "${source}" -o "${folder}/program" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${STRIP}" "${folder}/program" COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE "${folder}/program" size)
  set(${result} ${size} PARENT_SCOPE)
endfunction()

stripped_size("${folder}/empty.cpp" empty)
stripped_size("${CMAKE_CURRENT_LIST_DIR}/size.cpp" whole)
math(EXPR added "${whole} - ${empty} - ${weights}")
message("${added} bytes beside ${weights} of weights (bound ${LIMIT}); an empty program has ${empty}")
if(whole LESS weights)
  message(FATAL_ERROR "the program does not hold the weights")
endif()
if(added GREATER LIMIT)
  message(FATAL_ERROR "inference adds more than ${LIMIT} bytes to a program")
endif()

set(page 4096)
stripped_size("${CMAKE_CURRENT_LIST_DIR}/sequence_size.cpp" short -DSTEPS=8)
stripped_size("${CMAKE_CURRENT_LIST_DIR}/sequence_size.cpp" long -DSTEPS=512)
message("training sequences of 8 steps: ${short} bytes, of 512 steps: ${long}")
math(EXPR most "${short} + ${page}")
if(long GREATER most)
  message(FATAL_ERROR "the code for training sequences grows with their number of steps")
endif()
