# The project `firmware` is cross-compiled for a microcontroller, with Hana from the system that builds.
cmake_minimum_required(VERSION 3.25)
find_program(cross arm-none-eabi-g++)
if(NOT cross)
  message("skipped: there is no arm-none-eabi-g++")
  return()
endif()
function(step)
  execute_process(COMMAND "${CMAKE_COMMAND}" ${ARGN}
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result STREQUAL "0" OR output MATCHES "etch: (no build type is set|this build runs)")
    message("${output}")
    message(FATAL_ERROR "failed, or advised a build that has chosen: cmake ${ARGN}")
  endif()
endfunction()

set(configure -S "${CMAKE_CURRENT_LIST_DIR}/firmware" -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
    "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/firmware/cortex-m4.cmake"
     "-DETCH_DIR=${ETCH_DIR}" "-DETCH_HOST_CXX=${CXX}"
    "-DPOLICY=${FILES}/tiny.safetensors" -DCMAKE_BUILD_TYPE=MinSizeRel)
file(REMOVE_RECURSE "${WORK_DIR}")
set(folders "")
if(NOT HANA STREQUAL "/usr/include")  # not the system's, so it has to be named
  set(folders "-DETCH_hana_INCLUDE_DIR=${HANA}")
endif()
step(${configure} -B "${WORK_DIR}/build" ${folders})
step(--build "${WORK_DIR}/build")
# Named: the folder that holds boost/ also holds another C library.
step(${configure} -B "${WORK_DIR}/named" "-DETCH_hana_INCLUDE_DIR=${HANA}" "-DETCH_HEADER_EXECUTABLE=${TOOL}")
step(--build "${WORK_DIR}/named")
file(REMOVE_RECURSE "${WORK_DIR}")
