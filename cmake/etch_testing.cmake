# How a test file becomes a test. See tests/CMakeLists.txt for the names.
include_guard(GLOBAL)

set(ETCH_TEST_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(ETCH_TEST_TIMEOUT 300)
else()
  set(ETCH_TEST_TIMEOUT 1200)
endif()

# Catch2's main, once for all rooms.
find_package(Catch2 QUIET)
if(NOT Catch2_FOUND AND ETCH_FETCH)
  include(etch_fetch)
  etch_fetch_sources(Catch2)
endif()
if(NOT TARGET Catch2::Catch2)
  message(FATAL_ERROR "etch: the tests need Catch2 2.13 or 3 (Debian: apt-get install catch2); or configure with "
                      "-DETCH_BUILD_TESTS=OFF")
endif()
add_library(etch_test_main STATIC support/main.cpp)
target_link_libraries(etch_test_main PUBLIC Catch2::Catch2)
target_compile_features(etch_test_main PRIVATE cxx_std_20)
if(NOT MSVC)
  target_compile_options(etch_test_main PRIVATE -O0)  # half the time to compile
endif()

# The preset `test` compiles its tests in the cheapest way, which takes a third of the time of -O2: without optimisation,
# and the functions of the kernels called instead of inlined. The bits are the same. Files that have the line
#
#     // compiled with: -O2
#
# are about what only the optimiser can get wrong, such as a contraction of a multiply and an add. ETCH_TEST_EVERYTHING
# (the preset `test-all`) compiles all files with the flags of the build.
set(ETCH_QUICK_FLAGS "")
if(NOT ETCH_TEST_EVERYTHING AND NOT ETCH_SANITIZE AND NOT ETCH_COVERAGE AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  set(ETCH_QUICK_FLAGS -O0 -DETCH_KEEP_CALLS=1)
endif()
set(ETCH_TEST_MEMORY "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # No collection of garbage before half a gigabyte: a tenth of the time of the largest files.
  set(ETCH_TEST_MEMORY etch_test_memory)
  add_library(etch_test_memory INTERFACE)
  target_compile_options(etch_test_memory INTERFACE --param=ggc-min-heapsize=524288)
  if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
    target_compile_options(etch_test_memory INTERFACE -fpch-preprocess)  # else ccache passes precompiled headers by
  endif()
endif()

# etch_precompile(<target> <flags...>): Catch2, xsimd, Hana and the standard library, compiled once for each set of flags.
function(etch_precompile target)
  if(ETCH_COVERAGE)
    return()
  endif()
  string(MD5 key "${ARGN}")
  string(SUBSTRING "${key}" 0 8 key)
  if(NOT TARGET etch_precompiled_${key})
    add_library(etch_precompiled_${key} OBJECT "${ETCH_TEST_DIR}/support/precompiled.cpp")
    target_link_libraries(etch_precompiled_${key} PRIVATE etch_development etch_test_main ${ETCH_TEST_MEMORY})
    target_include_directories(etch_precompiled_${key} PRIVATE "${ETCH_TEST_DIR}")
    target_compile_options(etch_precompiled_${key} PRIVATE ${ARGN})
    target_precompile_headers(etch_precompiled_${key} PRIVATE "${ETCH_TEST_DIR}/support/precompiled.hpp")
  endif()
  target_precompile_headers(${target} REUSE_FROM etch_precompiled_${key})
endfunction()

# etch_add_test_program(<target> FLAGS <flags...> FILES <files...>)
function(etch_add_test_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FLAGS;FILES")
  add_executable(${target} ${arg_FILES})
  target_link_libraries(${target} PRIVATE etch_development etch_test_main ${ETCH_TEST_MEMORY})
  target_include_directories(${target} PRIVATE "${ETCH_TEST_DIR}")
  target_compile_options(${target} PRIVATE ${arg_FLAGS})
  etch_link_components(${target})
  list(LENGTH arg_FILES count)
  if(count GREATER 4)  # a precompiled header costs what it saves in six files
    etch_precompile(${target} ${arg_FLAGS})
  endif()
  set_property(GLOBAL APPEND PROPERTY ETCH_TEST_PROGRAMS ${target})
endfunction()

# Of some files those that have the line `// <key>: <value>`, in `with`, and the others, in `without`.
function(etch_files_marked line with without)
  set(marked "")
  set(others "")
  foreach(file IN LISTS ARGN)
    file(STRINGS "${file}" mark REGEX "^// ${line}" LIMIT_COUNT 1)
    if(mark)
      list(APPEND marked "${file}")
    else()
      list(APPEND others "${file}")
    endif()
  endforeach()
  set(${with} "${marked}" PARENT_SCOPE)
  set(${without} "${others}" PARENT_SCOPE)
endfunction()

# The test files of a room, without those whose optional library is not here.
function(etch_room_files room result)
  file(GLOB files CONFIGURE_DEPENDS "${ETCH_TEST_DIR}/${room}/*.test.cpp")
  set(kept "")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" needs_csv REGEX "#include <etch/data/csv[a-z_]*\\.hpp>")
    file(STRINGS "${file}" needs_gzip REGEX "#include <etch/data/idx_gzip\\.hpp>")
    file(STRINGS "${file}" needs_npz REGEX "#include <etch/io/npz\\.hpp>")
    if((needs_csv AND NOT TARGET etch::csv) OR (needs_gzip AND NOT TARGET etch::gzip)
       OR (needs_npz AND NOT TARGET etch::npz))
      cmake_path(GET file FILENAME name)
      message(STATUS "etch: ${room}/${name} is left out, since its library is not installed")
    else()
      list(APPEND kept "${file}")
    endif()
  endforeach()
  set(${result} "${kept}" PARENT_SCOPE)
endfunction()

# One CTest entry for a file of a program; `suffix` is empty or the variant, such as `.sse2`.
function(etch_add_file_test target room file suffix)
  cmake_path(GET file STEM LAST_ONLY stem)  # exp.test
  string(REGEX REPLACE "\\.test$" "" name "${stem}")
  add_test(NAME ${room}.${name}${suffix} COMMAND ${target} "-#" "[#${stem}]")
  set_tests_properties(${room}.${name}${suffix} PROPERTIES TIMEOUT ${ETCH_TEST_TIMEOUT} LABELS "${room}")
endfunction()

# etch_add_room_test(<room>): all of tests/<room>/*.test.cpp, for this machine.
function(etch_add_room_test room)
  etch_room_files(${room} files)
  set(optimized "")
  if(ETCH_QUICK_FLAGS)
    etch_files_marked("compiled with: -O2" optimized files ${files})
  endif()
  if(files)
    etch_add_test_program(etch_test_${room} FLAGS ${ETCH_NATIVE_FLAGS} ${ETCH_QUICK_FLAGS} FILES ${files})
  endif()
  if(optimized)
    etch_add_test_program(etch_test_${room}_optimized FLAGS ${ETCH_NATIVE_FLAGS} FILES ${optimized})
  endif()
  foreach(file IN LISTS files)
    etch_add_file_test(etch_test_${room} ${room} "${file}" "")
  endforeach()
  foreach(file IN LISTS optimized)
    etch_add_file_test(etch_test_${room}_optimized ${room} "${file}" "")
  endforeach()
endfunction()

# ETCH_INSTRUCTION_SETS: what this machine can run, best last; each name has its flags in ETCH_FLAGS_<name>. `plain` has
# no SIMD at all, and the contract (fused or not) of this machine.
include(CheckCXXSourceRuns)
set(ETCH_INSTRUCTION_SETS plain)
set(ETCH_FLAGS_plain ${ETCH_NATIVE_FLAGS} -DETCH_NO_SIMD=1)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND NOT MSVC)
  list(APPEND ETCH_INSTRUCTION_SETS sse2)
  set(ETCH_FLAGS_sse2 -march=x86-64)
  function(etch_try_instruction_set name flags)
    list(TRANSFORM ARGN REPLACE "(.+)" "__builtin_cpu_supports(\"\\1\")" OUTPUT_VARIABLE conditions)
    list(JOIN conditions " && " condition)
    check_cxx_source_runs("int main() { return ${condition} ? 0 : 1; }" ETCH_RUNS_${name})
    if(ETCH_RUNS_${name})
      set(ETCH_INSTRUCTION_SETS ${ETCH_INSTRUCTION_SETS} ${name} PARENT_SCOPE)
      set(ETCH_FLAGS_${name} ${flags} PARENT_SCOPE)
    endif()
  endfunction()
  etch_try_instruction_set(avx2 -march=x86-64-v3 avx2 fma bmi2)
  etch_try_instruction_set(avx512 -march=x86-64-v4 avx512f avx512bw avx512cd avx512dq avx512vl)
endif()

# etch_add_isa_test(<room> [ALL [ASAN]]): the room's test files once more on plain numbers, as `<room>.<file>.plain`; with
# ETCH_TEST_EVERYTHING on every instruction set that this machine has, as `<room>.<file>.<set>`, and under AddressSanitizer as `<room>.<file>.<set>.asan` (UndefinedBehaviorSanitizer, which would
# double the time to compile, is in the preset `asan`). Without ALL, only the files that have a line
#
#     // runs on: every instruction set
#     // runs on: every instruction set, asan
#
function(etch_add_isa_test room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ALL;ASAN" "" "")
  etch_room_files(${room} files)
  set(chosen "")
  set(checked "")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" mark REGEX "^// runs on: every instruction set" LIMIT_COUNT 1)
    if(mark OR arg_ALL)
      if((arg_ASAN OR mark MATCHES ", asan") AND ETCH_TEST_EVERYTHING AND NOT ETCH_SANITIZE AND NOT ETCH_COVERAGE)
        list(APPEND checked "${file}")
      else()
        list(APPEND chosen "${file}")
      endif()
    endif()
  endforeach()
  set(sets ${ETCH_INSTRUCTION_SETS})
  if(NOT ETCH_TEST_EVERYTHING OR NOT ETCH_TEST_INSTRUCTION_SETS)
    set(sets plain)  # the one that runs other lines
  endif()
  list(GET ETCH_INSTRUCTION_SETS -1 best)
  foreach(set IN LISTS sets)
    if(chosen AND NOT (set STREQUAL best AND ETCH_NATIVE_FLAGS))  # the room's own program is compiled for the best
      set(target etch_test_${room}_${set})
      etch_add_test_program(${target} FLAGS ${ETCH_FLAGS_${set}} ${ETCH_QUICK_FLAGS} FILES ${chosen})
      foreach(file IN LISTS chosen)
        etch_add_file_test(${target} ${room} "${file}" .${set})
      endforeach()
    endif()
    if(checked)
      set(target etch_test_${room}_${set}_asan)
      etch_add_test_program(${target} FLAGS ${ETCH_FLAGS_${set}} -O0 -fsanitize=address FILES ${checked})
      target_link_options(${target} PRIVATE -fsanitize=address)
      foreach(file IN LISTS checked)
        etch_add_file_test(${target} ${room} "${file}" .${set}.asan)
      endforeach()
    endif()
  endforeach()
endfunction()
