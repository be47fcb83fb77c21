# Several builds of a file in one program; see docs/build.md.
#
# etch_multi_isa(TARGET <target> SOURCES <file.cpp>... [VARIANTS <baseline|x86-64-v2|x86-64-v3|x86-64-v4>...]):
# compiles each file once per instruction set into the target, for a choice at run time by etch::best_build (see
# etch/core/dispatch.hpp). Do not list the files among the target's sources. Default: baseline x86-64-v3 x86-64-v4. The
# baseline is compiled like the target and always included; with other compilers and processors it is the only build.
#
# etch_optimize(TARGET <target> SOURCES <file.cpp>... [MARCH <processor>]):
# compiles these files of the target with optimization, whatever the options of the others, and for this processor.
#
# etch_optimize compiles at -O2, and so does etch_multi_isa if the configuration is neither Release nor
# RelWithDebInfo. Functions from headers that these files share with the rest of the program are kept apart: before
# linking, etch_separate_builds.cmake renames them.
include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/etch_check_target.cmake")

# Checks the arguments of both functions: the target, and files that are not among its sources (for this reason).
function(etch_check_builds function target reason)
  etch_check_target(${function} ${target} "EXECUTABLE|(STATIC|SHARED|MODULE)_LIBRARY"
                    "must be a program or a static, shared or module library of this project, since the files are \
prepared before it is linked")
  get_target_property(folder ${target} SOURCE_DIR)
  if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "${function}: ${target} is defined in ${folder}: call it there, where CMake can prepare linking")
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(file IN LISTS ARGN)
    if(file IN_LIST sources OR "${CMAKE_CURRENT_SOURCE_DIR}/${file}" IN_LIST sources)
      message(FATAL_ERROR "${function}: ${file} is already a source of ${target}. ${reason}")
    endif()
  endforeach()
endfunction()

# Adds a source to the target that includes `file`, compiled with the options ARGN.
function(etch_add_build target file build)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE path)
  get_source_file_property(generated "${path}" GENERATED)
  if(NOT EXISTS "${path}" AND NOT generated)
    message(FATAL_ERROR "etch: ${target}: ${file} does not exist")
  endif()
  cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE name)
  string(REGEX REPLACE "[^A-Za-z0-9_.-]" "_" name "${name}")
  string(REGEX REPLACE "\\.[^.]*$" "" name "${name}")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/etch_builds/${target}/${name}.${build}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${path}\"\n" @ONLY)
  set_property(SOURCE "${source}" TARGET_DIRECTORY ${target} PROPERTY COMPILE_OPTIONS ${ARGN})
  # Not merged with other files, and without a precompiled header, which was compiled with other options.
  set_source_files_properties("${source}" TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
                                                                               SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE "${source}")

  get_target_property(prepared ${target} ETCH_BUILDS_PREPARED)
  if(prepared)
    return()
  endif()
  set_target_properties(${target} PROPERTIES ETCH_BUILDS_PREPARED TRUE)
  if(CMAKE_EXECUTABLE_FORMAT STREQUAL "ELF" AND CMAKE_OBJDUMP AND CMAKE_OBJCOPY
     AND CMAKE_GENERATOR MATCHES "Ninja|Makefiles")
    add_custom_command(
      TARGET ${target} PRE_LINK
      COMMAND "${CMAKE_COMMAND}" "-DOBJECTS=$<TARGET_OBJECTS:${target}>" "-DOBJDUMP=${CMAKE_OBJDUMP}"
              "-DOBJCOPY=${CMAKE_OBJCOPY}" "-DWITHOUT_STARTUP=x86-64-v2;x86-64-v3;x86-64-v4"
              -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/etch_separate_builds.cmake"
      VERBATIM)
  else()
    message(STATUS "etch: ${target} has several builds of a file, but the standard library's functions in them cannot be "
                   "renamed here (this needs ELF, objdump and objcopy, Ninja or Make). Compile "
                   "with optimization: then a file that only calls networks contains none")
  endif()
endfunction()

function(etch_multi_isa)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET" "SOURCES;VARIANTS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES OR NOT arg_TARGET OR NOT arg_SOURCES)
    message(FATAL_ERROR "usage: etch_multi_isa(TARGET <target> SOURCES <file.cpp>... [VARIANTS "
                        "<baseline|x86-64-v2|x86-64-v3|x86-64-v4>...])")
  endif()
  etch_check_builds(etch_multi_isa ${arg_TARGET} "It is compiled once per instruction set, so leave it out there"
                    ${arg_SOURCES})
  if(NOT arg_VARIANTS)
    set(arg_VARIANTS x86-64-v3 x86-64-v4)
  endif()
  set(known baseline x86-64-v2 x86-64-v3 x86-64-v4)  # from the oldest to the newest, the order that the program's list needs
  foreach(variant IN LISTS arg_VARIANTS)
    if(NOT variant IN_LIST known)
      message(FATAL_ERROR "etch_multi_isa: ${variant} is not one of baseline, x86-64-v2, x86-64-v3, x86-64-v4")
    endif()
  endforeach()
  set(variants baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8 AND NOT MSVC
     AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    foreach(variant IN ITEMS x86-64-v2 x86-64-v3 x86-64-v4)
      if(variant IN_LIST arg_VARIANTS)
        list(APPEND variants ${variant})
      endif()
    endforeach()
  endif()
  string(REPLACE "-" "_" sets "${variants}")
  list(JOIN sets "," sets)
  get_target_property(before ${arg_TARGET} ETCH_INSTRUCTION_SETS)
  if(before AND NOT before STREQUAL sets)
    message(FATAL_ERROR "etch_multi_isa: ${arg_TARGET} already has the builds ${before}; a program has a single list")
  endif()
  if(NOT before)
    set_target_properties(${arg_TARGET} PROPERTIES ETCH_INSTRUCTION_SETS "${sets}")
    target_compile_definitions(${arg_TARGET} PUBLIC "ETCH_INSTRUCTION_SETS=${sets}")
  endif()

  foreach(file IN LISTS arg_SOURCES)
    foreach(variant IN LISTS variants)
      set(options "")
      if(NOT MSVC)
        set(options "$<$<NOT:$<CONFIG:Release,RelWithDebInfo>>:-O2>" -fno-lto)
      endif()
      if(NOT variant STREQUAL "baseline")
        list(APPEND options -march=${variant})
      endif()
      string(REPLACE "-" "_" set "${variant}")
      etch_add_build(${arg_TARGET} "${file}" ${variant} ${options} -DETCH_INSTRUCTION_SET=${set})
    endforeach()
  endforeach()
endfunction()

function(etch_optimize)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;MARCH" "SOURCES")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES OR NOT arg_TARGET OR NOT arg_SOURCES)
    message(FATAL_ERROR "usage: etch_optimize(TARGET <target> SOURCES <file.cpp>... [MARCH <processor>])")
  endif()
  etch_check_builds(etch_optimize ${arg_TARGET} "etch_optimize adds it, so leave it out there" ${arg_SOURCES})
  set(options /O2)
  if(NOT MSVC)
    set(options -O2 -fno-lto)
    if(arg_MARCH)
      list(APPEND options -march=${arg_MARCH})
    endif()
  endif()
  foreach(file IN LISTS arg_SOURCES)
    etch_add_build(${arg_TARGET} "${file}" optimized ${options} -DETCH_BUILD=optimized)
  endforeach()
endfunction()
