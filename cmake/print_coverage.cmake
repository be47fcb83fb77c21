# Runs the tests of the modules in BUILD_DIR, and fails if they ran less than MINIMUM percent of the lines of include/.
cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE old "${BUILD_DIR}/*.gcda")
if(old)
  file(REMOVE ${old})
endif()
execute_process(COMMAND "${CTEST}" -j 2 --output-on-failure -E "^(structure|compile_fail|package|example)\\."
                WORKING_DIRECTORY "${BUILD_DIR}" RESULT_VARIABLE failed)
file(GLOB_RECURSE counts "${BUILD_DIR}/*.gcda")
file(WRITE "${BUILD_DIR}/coverage.txt" "")
foreach(file IN LISTS counts)
  execute_process(COMMAND "${GCOV}" --stdout --relative-only --source-prefix "${PROJECT_DIR}" "${file}"
                  OUTPUT_VARIABLE output ERROR_QUIET)
  file(APPEND "${BUILD_DIR}/coverage.txt" "${output}")
endforeach()
execute_process(COMMAND awk -v minimum=${MINIMUM} -f "${CMAKE_CURRENT_LIST_DIR}/coverage.awk"
                "${BUILD_DIR}/coverage.txt"
                RESULT_VARIABLE below)
if(failed OR below)
  message(FATAL_ERROR "coverage: a test failed (${failed}), or too few lines were run (${below})")
endif()
