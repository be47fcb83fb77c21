# Two messages for projects whose flags make etch slow, printed once at the end of their configuration, when
# all flags are known. ETCH_BUILD_ADVICE=OFF silences them. docs/build.md has the figures.
include_guard(GLOBAL)

# All flags of all targets below a folder, for all configurations, including those that depend on conditions.
function(etch_flags_below folder result)
  get_property(flags DIRECTORY "${folder}" PROPERTY COMPILE_OPTIONS)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(private ${target} COMPILE_OPTIONS)
    get_target_property(passed_on ${target} INTERFACE_COMPILE_OPTIONS)
    list(APPEND flags ${private} ${passed_on})
    get_target_property(prepared ${target} ETCH_BUILDS_PREPARED)  # by etch_multi_isa or etch_optimize
    if(prepared)
      list(APPEND flags -march=chosen)
    endif()
  endforeach()
  get_property(folders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(inner IN LISTS folders)
    etch_flags_below("${inner}" more)
    list(APPEND flags ${more})
  endforeach()
  set(${result} "${flags}" PARENT_SCOPE)
endfunction()

function(etch_give_advice)
  etch_flags_below("${CMAKE_SOURCE_DIR}" flags)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  list(APPEND flags ${CMAKE_CXX_COMPILER_ARG1} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}})
  foreach(configuration IN LISTS CMAKE_CONFIGURATION_TYPES)
    string(TOUPPER "${configuration}" configuration)
    list(APPEND flags ${CMAKE_CXX_FLAGS_${configuration}})
  endforeach()
  set(flags " ${flags}")
  string(REPLACE ";" " " flags "${flags}")
  string(CONCAT silence " (See docs/build.md of etch; ETCH_BUILD_ADVICE=OFF silences this.)")

  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES AND NOT flags MATCHES "[ ,:\"][-/]O")
    message(WARNING "etch: no build type is set, so the compiler does not optimize, and a network takes 185 times as "
                    "long as in a release build. Configure with -DCMAKE_BUILD_TYPE=Release.${silence}")
  endif()

  # Only for x86-64, where the compilers' default has no fused multiply-add. A cross build with flags of its own has made its
  # choice.
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" OR CMAKE_OSX_ARCHITECTURES
     OR flags MATCHES "[ ,:\"]([-/]arch[:=]|-march=|-mcpu=|-mavx|-mfma|[-/]Q?x[A-Z])"
     OR (CMAKE_CROSSCOMPILING AND CMAKE_CXX_FLAGS))
    return()
  endif()
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_QUIET ON)
  check_cxx_source_compiles("#if !defined(__FMA__) && !defined(__AVX2__)\n#error none\n#endif\nint main() {}"
                            ETCH_COMPILER_DEFAULTS_TO_FMA)  # some are built so
  if(NOT ETCH_COMPILER_DEFAULTS_TO_FMA)
    set(option "-march=x86-64-v3")
    if(MSVC)
      set(option "/arch:AVX2")
    endif()
    message(STATUS "etch: this build runs on every x86-64 processor. With ${option} (Intel since 2013, AMD since 2015) a "
                   "network takes half the time, and training a third.${silence}")
  endif()
endfunction()

if(NOT DEFINED ETCH_BUILD_ADVICE)
  set(ETCH_BUILD_ADVICE ON CACHE BOOL "Report at configuration if etch is compiled with flags that make it slow")
endif()
get_property(etch_advice_given GLOBAL PROPERTY ETCH_ADVICE_GIVEN)
if(ETCH_BUILD_ADVICE AND NOT etch_advice_given)
  set_property(GLOBAL PROPERTY ETCH_ADVICE_GIVEN ON)
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL etch_give_advice)
endif()
