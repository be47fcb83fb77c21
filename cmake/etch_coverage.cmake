# The target `coverage`: builds the tests, runs them, and prints how many lines of include/ they ran.
find_program(ETCH_GCOV NAMES gcov gcov-12 gcov-14 REQUIRED)
mark_as_advanced(ETCH_GCOV)
get_property(programs GLOBAL PROPERTY ETCH_TEST_PROGRAMS)
add_custom_target(
  coverage
  COMMAND "${CMAKE_COMMAND}" "-DBUILD_DIR=${PROJECT_BINARY_DIR}" "-DPROJECT_DIR=${PROJECT_SOURCE_DIR}"
          "-DGCOV=${ETCH_GCOV}"
          "-DCTEST=${CMAKE_CTEST_COMMAND}" "-DMINIMUM=95" -P "${PROJECT_SOURCE_DIR}/cmake/print_coverage.cmake"
  DEPENDS ${programs}
  USES_TERMINAL
  COMMENT "")
