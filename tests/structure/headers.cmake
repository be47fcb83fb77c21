# Compiles each header of INCLUDE_DIR/etch/MODULE alone, without exceptions and RTTI, and fails at the first warning.
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")

file(GLOB_RECURSE headers RELATIVE "${INCLUDE_DIR}" "${INCLUDE_DIR}/etch/${MODULE}/*.hpp")
set(failed "")
foreach(header IN LISTS headers)
  if(header MATCHES "${LEFT_OUT}")
    continue()  # the library that it needs is not installed, or the target is another (structure.targets)
  endif()
  execute_process(COMMAND ${COMPILER} -Werror -fno-exceptions -fno-rtti -fsyntax-only -include "${header}"
                  -x c++ /dev/null
                  RESULT_VARIABLE result ERROR_VARIABLE errors)
  if(NOT result STREQUAL "0")
    message("${header}:\n${errors}")
    list(APPEND failed "${header}")
  endif()
endforeach()
if(failed)
  message(FATAL_ERROR "these do not compile alone: ${failed}")
endif()
list(LENGTH headers count)
message("${count} headers")
