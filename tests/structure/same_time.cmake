# Inference takes the same number of instructions for every input: same_time.cpp, compiled for AVX2 (valgrind knows no
# AVX-512; clang: for SSE2), under callgrind. With -DBRANCHES=ON a layer that branches is planted, and must be found.
#
#   cmake -DSETTINGS=<ETCH_COMPILER_SETTINGS> -DWORK_DIR=<folder> -DVALGRIND=<valgrind> [-DBRANCHES=ON]
#         -P same_time.cmake
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")
if(NOT VALGRIND)
  message("skipped: valgrind is missing, so that nobody knows whether inference takes the same time for every input")
  return()
endif()

set(folder "${WORK_DIR}/same_time${BRANCHES}")
file(MAKE_DIRECTORY "${folder}")
set(program "${folder}/same_time")
list(REMOVE_ITEM COMPILER -march=native)
if(BRANCHES)
  list(APPEND COMPILER -DETCH_TEST_BRANCHES)
endif()
set(set -march=x86-64-v3)
if(COMPILER MATCHES "clang")
  set(set -march=x86-64)  # clang moves half registers by an instruction of AVX that valgrind 3.19 does not know
endif()
execute_process(COMMAND ${COMPILER} -O2 ${set}
                        "${CMAKE_CURRENT_LIST_DIR}/same_time.cpp" -o "${program}" COMMAND_ERROR_IS_FATAL ANY)
set(counts "")
foreach(kind RANGE 7)
  execute_process(COMMAND "${VALGRIND}" --tool=callgrind --toggle-collect=etch_same_time
                          "--callgrind-out-file=${folder}/callgrind.out" "${program}" ${kind}
                  RESULT_VARIABLE status ERROR_VARIABLE output)
  if(NOT status STREQUAL "0" OR NOT output MATCHES "Collected : ([0-9]+)")
    message(FATAL_ERROR "kind ${kind} ended with ${status}:\n${output}")
  endif()
  list(APPEND counts "${CMAKE_MATCH_1}")
endforeach()
message("instructions for inputs that are ordinary, zero, denormal, NaN, infinite, huge, large, mixed: ${counts}")
list(GET counts 0 ordinary)
if(ordinary LESS 1000)
  message(FATAL_ERROR "the function was not counted")
endif()
list(REMOVE_DUPLICATES counts)
list(LENGTH counts different)
if(BRANCHES)
  if(different EQUAL 1)
    message(FATAL_ERROR "a layer that branches was not found")
  endif()
elseif(NOT different EQUAL 1)
  message(FATAL_ERROR "the time depends on the input")
endif()
