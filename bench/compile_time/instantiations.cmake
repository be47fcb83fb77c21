# The test structure.instantiations: how many templates a program instantiates, which is what compiling it costs, may
# not grow unnoticed. clang counts, since it writes each instantiation into its time trace.
#
#   cmake -DCLANG=<clang++> -DSETTINGS=<ETCH_COMPILER_SETTINGS> -DWORK_DIR=<folder> -P instantiations.cmake
#
# Bounds: what was counted with clang 19 and libstdc++ 12, and a tenth more for etch's own templates, a third more for
# all, since another standard library or Boost has other ones. A change that is worth more raises the number here.
cmake_minimum_required(VERSION 3.25)
if(NOT CLANG)
  message("skipped: there is no clang++ to count the instantiations (Debian: clang-19)")
  return()
endif()
file(MAKE_DIRECTORY "${WORK_DIR}")
include("${SETTINGS}")
set(includes ${COMPILER})
list(FILTER includes INCLUDE REGEX "^-(I|idirafter)")

set(failed FALSE)
# etch_count(<name> <source> <definition> <counted of etch> <counted of all>)
function(etch_count name source definition expected_own expected_all)
  execute_process(
    COMMAND "${CLANG}" -std=c++20 -O0 -march=x86-64-v3 ${includes} "${definition}" -ftime-trace
            -ftime-trace-granularity=0 -c "${CMAKE_CURRENT_LIST_DIR}/${source}" -o "${WORK_DIR}/traced.o"
    RESULT_VARIABLE result ERROR_VARIABLE errors)
  if(NOT result STREQUAL "0")
    message(FATAL_ERROR "${name} does not compile:\n${errors}")
  endif()
  file(READ "${WORK_DIR}/traced.json" trace)
  string(REGEX MATCHALL "\"Instantiate(Class|Function)\",\"args\":{\"detail\":\"(etch::)?" all "${trace}")
  set(own ${all})
  list(FILTER own INCLUDE REGEX "etch::$")
  list(LENGTH all all_count)
  list(LENGTH own own_count)
  math(EXPR own_bound "${expected_own} * 11 / 10")
  math(EXPR all_bound "${expected_all} * 4 / 3")
  message("${name}: ${own_count} instantiations of etch (bound ${own_bound}), ${all_count} of all (bound ${all_bound})")
  if(own_count EQUAL 0)
    message(FATAL_ERROR "the time trace of ${CLANG} holds no instantiations")
  endif()
  if(own_count GREATER own_bound OR all_count GREATER all_bound)
    set(failed TRUE PARENT_SCOPE)
  endif()
endfunction()

string(REPEAT "etch::dense<24>, etch::tanh, etch::dense<16>, etch::relu, " 25 hundred)
string(REGEX REPLACE ", $" "" hundred "${hundred}")
etch_count("policy, etch/etch.hpp" policy.cpp "-DETCH_HEADER=<etch/etch.hpp>" 644 13006)
etch_count("policy, etch/inference.hpp" policy.cpp "-DETCH_HEADER=<etch/inference.hpp>" 541 4288)
etch_count("chain of 100" chain.cpp "-DETCH_CHAIN=${hundred}" 858 13579)
if(failed)
  message(FATAL_ERROR "more templates are instantiated than before: see bench/compile_time/instantiations.cmake")
endif()
