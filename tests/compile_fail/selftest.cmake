# The check of rejected code must itself fail: where the code is accepted, is rejected for another reason, or says
# the right thing only after something else.
cmake_minimum_required(VERSION 3.25)

function(wants mode sentence text)
  file(WRITE "${WORK_DIR}/case.cpp" "${text}")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DSETTINGS=${SETTINGS}" -DMODE=${mode} "-DFILE=${WORK_DIR}/case.cpp"
                          -P "${SCRIPT}"
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")  # CMake breaks its lines where the path happens to be long
  if(status STREQUAL "0" OR NOT output MATCHES "${sentence}")
    message(FATAL_ERROR "does not say \"${sentence}\" of\n${text}\nbut (${status}):\n${output}")
  endif()
endfunction()

set(expect "// expect: etch: no\n")
set(right "static_assert(false, \"etch: no\");\n")
set(wrong "static_assert(false, \"etch: something else\");\n")
wants(rejected "but is accepted" "${expect}#ifdef ETCH_REJECT\n#endif\n")
wants(rejected "first error:" "${expect}#ifdef ETCH_REJECT\n${wrong}#endif\n")
wants(rejected "first error:" "${expect}#ifdef ETCH_REJECT\n${wrong}${right}#endif\n")
wants(accepted "accepted without a warning" "${expect}#ifndef ETCH_REJECT\n${wrong}#endif\n")
wants(accepted "accepted without a warning" "${expect}#ifndef ETCH_REJECT\nfloat f(double x) { return x; }\n#endif\n")
wants(all_accepted "accepted without a warning" "${wrong}")
wants(rejected "has no line" "#ifdef ETCH_REJECT\n${right}#endif\n")
wants(rejected "does not" "${expect}${right}")
