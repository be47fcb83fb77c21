# clang-tidy 19 on a program that includes every header, in registers and on plain numbers, and on the tools; the checks
# are those of .clang-tidy. The target `tidy`:
#
#   cmake -DSETTINGS=<ETCH_COMPILER_SETTINGS> -DTIDY=<clang-tidy> -DFOLDER=<the project> -P tidy.cmake
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")
set(version "")
if(TIDY)
  execute_process(COMMAND "${TIDY}" --version OUTPUT_VARIABLE version)
endif()
if(NOT version MATCHES "version 19\\.")
  message("skipped: there is no clang-tidy 19 (Debian: clang-tidy-19)")
  return()
endif()

# Of the compiler's flags what clang understands too.
set(flags ${COMPILER})
list(FILTER flags INCLUDE REGEX "^-(I|idirafter)")
list(APPEND flags -std=c++20)
if(ARCHITECTURE MATCHES "x86_64")
  list(APPEND flags -march=x86-64-v3)
endif()
set(failed FALSE)
function(etch_tidy name source)
  execute_process(COMMAND "${TIDY}" --quiet "--config-file=${FOLDER}/.clang-tidy" "${source}" -- ${flags} ${ARGN}
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(status STREQUAL "0")
    message("${name}: nothing to complain of")
  else()
    message("${name}:\n${output}${errors}")
    set(failed TRUE PARENT_SCOPE)
  endif()
endfunction()
etch_tidy("in registers" "${CMAKE_CURRENT_LIST_DIR}/tidy.cpp")
etch_tidy("on plain numbers" "${CMAKE_CURRENT_LIST_DIR}/tidy.cpp" -DETCH_NO_SIMD)
etch_tidy("etch-header" "${FOLDER}/tools/etch_header.cpp" -DETCH_NO_SIMD)
if(failed)
  message(FATAL_ERROR "clang-tidy complains, see above; .clang-tidy has the checks and the reasons of those left out")
endif()
