# Configures, builds and runs the project `consumer`, which takes etch by WAY; each step must succeed.
cmake_minimum_required(VERSION 3.25)

function(step)
  execute_process(COMMAND "${CMAKE_COMMAND}" ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result STREQUAL "0")
    message("${output}")
    message(FATAL_ERROR "failed: cmake ${ARGN}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
set(common -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}" "-DCMAKE_CXX_COMPILER=${CXX}"
           "-DETCH_hana_INCLUDE_DIR=${HANA}" "-DETCH_xsimd_INCLUDE_DIR=${XSIMD}")
set(options "")
if(WAY STREQUAL "find_package")
  # Configured as a user does who only installs; the installed package is then moved, so that it holds no path.
  step(-S "${ETCH_DIR}" -B "${WORK_DIR}/etch" ${common} -DETCH_BUILD_TESTS=OFF -DETCH_BUILD_EXAMPLES=OFF
       -DETCH_BUILD_BENCHMARKS=OFF)
  step(--install "${WORK_DIR}/etch" --prefix "${WORK_DIR}/first_prefix")
  file(RENAME "${WORK_DIR}/first_prefix" "${WORK_DIR}/prefix")
  file(REMOVE_RECURSE "${WORK_DIR}/etch")
  list(APPEND options "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix")
  file(GLOB_RECURSE installed "${WORK_DIR}/prefix/share/*.cmake")
  foreach(file IN LISTS installed)
    file(READ "${file}" text)
    string(FIND "${text}" "${ETCH_DIR}/" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names ${ETCH_DIR}")
    endif()
  endforeach()
elseif(WAY STREQUAL "fetch_content")
  list(APPEND options "-DFETCHCONTENT_SOURCE_DIR_ETCH=${ETCH_DIR}" -DFETCHCONTENT_FULLY_DISCONNECTED=ON)
endif()
step(-S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK_DIR}/build" ${common} ${options} -DWAY=${WAY}
     "-DETCH_DIR=${ETCH_DIR}")
string(REGEX REPLACE "[ \n]+" " " flat "${output}")
if(NOT flat MATCHES "CMake Warning.* etch: there is no build type")  # the rest is in advice.cmake
  message(FATAL_ERROR "nothing is said of the build type:\n${output}")
endif()
step(--build "${WORK_DIR}/build")
step(--build "${WORK_DIR}/build" --target run)
file(REMOVE_RECURSE "${WORK_DIR}")
