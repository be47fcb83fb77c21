# Settings of etch's own tests, examples and benchmarks; none of them reaches a user of etch::etch.
include_guard(GLOBAL)
include(CheckCXXCompilerFlag)

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set_property(CACHE CMAKE_BUILD_TYPE PROPERTY VALUE Release)
  endif()
  find_program(ETCH_CCACHE ccache)
  mark_as_advanced(ETCH_CCACHE)
  if(ETCH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER AND NOT ETCH_COVERAGE)
    # The precompiled header of the tests is taken into account by its contents.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${ETCH_CCACHE}")
  endif()
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

set(ETCH_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(MSVC)
  set(ETCH_WARNINGS /W4)
endif()

add_library(etch_development INTERFACE)
target_link_libraries(etch_development INTERFACE etch::etch Threads::Threads)
target_compile_options(etch_development INTERFACE ${ETCH_WARNINGS} $<$<BOOL:${ETCH_WARNINGS_AS_ERRORS}>:-Werror>)
if(ETCH_SANITIZE)
  target_compile_options(etch_development INTERFACE -fsanitize=${ETCH_SANITIZE} -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  target_link_options(etch_development INTERFACE -fsanitize=${ETCH_SANITIZE})
endif()
if(ETCH_COVERAGE)
  target_compile_options(etch_development INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(etch_development INTERFACE --coverage)
endif()

# The instruction set is apart, since some tests choose their own.
set(ETCH_NATIVE_FLAGS "")
if(ETCH_NATIVE)
  check_cxx_compiler_flag(-march=native ETCH_HAS_MARCH_NATIVE)
  if(ETCH_HAS_MARCH_NATIVE)
    set(ETCH_NATIVE_FLAGS -march=native)
    # clang 19 warns in every file of what -march=native itself found on a processor with AVX10.
    check_cxx_compiler_flag(-Winvalid-feature-combination ETCH_WARNS_OF_FEATURES)
    if(ETCH_WARNS_OF_FEATURES)
      list(APPEND ETCH_NATIVE_FLAGS -Wno-invalid-feature-combination)
    endif()
  endif()
endif()

# etch_own_target(<target>): warnings, sanitizers, coverage and this machine's instruction set.
function(etch_own_target target)
  target_link_libraries(${target} PRIVATE etch_development)
  target_compile_options(${target} PRIVATE ${ETCH_NATIVE_FLAGS})
endfunction()

# The preset `test` compiles what it runs in the cheapest way, which takes a third of the time of -O2: without
# optimization, and the functions of the kernels called instead of inlined. The bits are the same. Test files that have
# the line
#
#     // compiled with: -O1
#
# are about what only the optimizer can get wrong, such as a contraction of a multiply and an add. They are compiled with
# -O1, which takes g++ half the time of -O2, and with the pass of -O2 that contracts. ETCH_TEST_EVERYTHING (the preset
# `test-all`) compiles everything with the flags of the build.
set(ETCH_QUICK_FLAGS "")
if(ETCH_BUILD_TESTS AND NOT ETCH_TEST_EVERYTHING AND NOT ETCH_SANITIZE AND NOT ETCH_COVERAGE
   AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  set(ETCH_QUICK_FLAGS -O0 -DETCH_KEEP_CALLS=1)
  check_cxx_compiler_flag(-ffold-simple-inlines ETCH_HAS_FOLD_SIMPLE_INLINES)
  if(ETCH_HAS_FOLD_SIMPLE_INLINES)
    list(APPEND ETCH_QUICK_FLAGS -ffold-simple-inlines)  # no function for each std::forward
  endif()
endif()

# etch_own_quick_target(<target>): the same for programs whose speed does not matter.
function(etch_own_quick_target target)
  etch_own_target(${target})
  target_compile_options(${target} PRIVATE ${ETCH_QUICK_FLAGS})
endfunction()

# etch_link_components(<target>): csv, gzip and npz if available, with ETCH_TEST_HAS_CSV and so on defined.
function(etch_link_components target)
  foreach(component csv gzip npz)
    if(TARGET etch::${component})
      string(TOUPPER ${component} upper)
      target_link_libraries(${target} PRIVATE etch::${component})
      target_compile_definitions(${target} PRIVATE ETCH_TEST_HAS_${upper}=1)
    endif()
  endforeach()
endfunction()
