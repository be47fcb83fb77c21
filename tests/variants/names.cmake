# The name of a build (ETCH_VARIANT): builds whose code may differ have different names, builds with the same
# instructions share one. COMPILER is the program, INCLUDE_DIR holds etch/, WORK_DIR is a folder of its own.
cmake_minimum_required(VERSION 3.25)

file(WRITE "${WORK_DIR}/name.cpp" "#include <etch/core/config.hpp>\nthe_name_is ETCH_VARIANT\n")
function(name_of flags result)
  separate_arguments(list UNIX_COMMAND "${flags}")
  execute_process(COMMAND "${COMPILER}" -std=c++20 ${list} "-I${INCLUDE_DIR}" -E -P "${WORK_DIR}/name.cpp"
                  OUTPUT_VARIABLE output ERROR_QUIET RESULT_VARIABLE status)
  set(${result} "" PARENT_SCOPE)
  if(status EQUAL 0)
    if(NOT output MATCHES "the_name_is (on_[a-z0-9A-Z_]+)")
      message(FATAL_ERROR "${flags}: no name in ${output}")
    endif()
    set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  endif()
endfunction()

# The levels of x86-64 have short names, which compilers show in every message.
foreach(pair IN ITEMS "-march=x86-64|on_sse2" "-march=x86-64-v2|on_sse4" "-march=x86-64-v3|on_avx2"
                      "-march=x86-64-v4|on_avx512" "-march=haswell|on_avx2" "-march=skylake-avx512|on_avx512"
                      "-march=x86-64 -O0|on_sse2_O0" "-march=x86-64-v3 -DETCH_FMA=0|on_avx2_rounded"
                      "-march=x86-64 -DETCH_FMA=1|on_sse2_fused" "-march=x86-64-v3 -DETCH_NO_SIMD|on_avx2_plain"
                      "-march=x86-64-v3 -DETCH_BUILD=walk|on_avx2_walk")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 flags)
  list(GET pair 1 wanted)
  name_of("-O2 ${flags}" name)
  if(name AND NOT name STREQUAL wanted)
    message(FATAL_ERROR "${flags} is called ${name} instead of ${wanted}")
  endif()
endforeach()

# Every two of these differ in an instruction that the compiler may choose, or in a setting.
set(names "")
set(count 0)
foreach(flags IN ITEMS "" "-O0" "-Os" "-fsanitize=address" "-fsanitize=thread" "-ffast-math -DETCH_ALLOW_FAST_MATH"
                       "-msse3" "-mssse3" "-msse4.1" "-mpopcnt" "-march=x86-64-v2" "-mbmi" "-mlzcnt" "-mmovbe"
                       "-mavx" "-mfma"
                       "-mf16c" "-mavx2" "-mavx2 -mfma" "-mavx2 -mfma -mbmi2" "-march=x86-64-v3"
                       "-march=x86-64-v3 -mno-movbe"
                       "-march=x86-64-v3 -mavxvnni" "-march=znver1" "-march=bdver2" "-mavx512f -mfma"
                       "-mavx512f -mavx512bw" "-march=x86-64-v4" "-march=x86-64-v4 -mavx512vnni" "-march=icelake-server"
                       "-march=znver4" "-march=sapphirerapids" "-march=x86-64-v4 -DETCH_FMA=0" "-DETCH_FMA=1"
                       "-march=x86-64-v3 -DETCH_NO_SIMD=1" "-DETCH_NO_SIMD=1" "-DETCH_BUILD=one" "-DETCH_BUILD=two"
                       "-march=x86-64-v4 -mavx512bf16" "-march=x86-64-v4 -mavx512fp16" "-march=x86-64-v4 -mavx512ifma"
                       "-march=x86-64-v4 -mavx512vbmi" "-march=x86-64-v4 -mavx512vbmi2"
                       "-march=x86-64-v4 -mavx512bitalg"
                       "-march=x86-64-v4 -mavx512vpopcntdq" "-march=x86-64-v4 -mgfni" "-march=x86-64-v4 -msse4a"
                       "-march=x86-64-v4 -mavx512vp2intersect" "-march=x86-64-v3 -mfma4" "-march=x86-64-v3 -mxop")
  set(level -O2)
  if(flags MATCHES "-O[0s]")
    set(level "")
  endif()
  name_of("${level} ${flags}" name)
  if(NOT name)
    continue()  # a compiler that does not know the processor
  endif()
  if(name IN_LIST names)
    message(FATAL_ERROR "${flags}: another build is called ${name} already")
  endif()
  list(APPEND names "${name}")
  math(EXPR count "${count} + 1")
endforeach()
if(count LESS 25)
  message(FATAL_ERROR "only ${count} names were seen, so this test sees little")
endif()
message("${count} builds, each with a name of its own")
