# etch_embed(TARGET <target> POLICY <file.safetensors> [NAME <name>] [TOPOLOGY <list>] [TOLERANCE <number>]
#            [IGNORED <pattern>...] [WITHOUT_GOLDEN] [DEPENDS <file or target>...]):
# a network inside a program; see docs/weights.md, "The etched header".
#
#   add_executable(my_game game.cpp)                 # game.cpp: #include "walk.hpp", then walk(observation)
#   etch_embed(TARGET my_game POLICY policies/walk.safetensors)
#
# The header is <build folder>/etch_embed/<target>/<name>.hpp and is rewritten when the file changes. NAME defaults to the
# file's name. The file may be the output of a custom command; DEPENDS are further targets or files that it depends on. The
# golden vectors of the file are checked by the compiler and, if they are too many for it, by a program that runs as part of
# the build and as the test etch_embed.<target>.<name>.
#
# etch-header, which writes the header, and that program are built for the build machine. When cross-compiling, they are
# compiled by ETCH_HOST_CXX.
include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/etch_check_target.cmake")

set(ETCH_HEADER_EXECUTABLE "" CACHE FILEPATH "The program etch-header, if it should not be built")
mark_as_advanced(ETCH_HEADER_EXECUTABLE)

# etch_host_program(<target> <program> <source>): builds a program that runs on this machine; `target` builds it.
function(etch_host_program target program source)
  if(NOT CMAKE_CROSSCOMPILING)
    cmake_path(GET program PARENT_PATH folder)
    cmake_path(GET program FILENAME name)
    add_executable(${target} EXCLUDE_FROM_ALL "${source}")
    target_link_libraries(${target} PRIVATE etch::etch)
    target_compile_definitions(${target} PRIVATE ETCH_NO_SIMD=1)  # little to compute, much less to compile
    set_target_properties(${target} PROPERTIES OUTPUT_NAME "${name}" RUNTIME_OUTPUT_DIRECTORY "${folder}/$<0:>")
    return()
  endif()
  find_program(ETCH_HOST_CXX NAMES c++ g++ clang++ NO_CMAKE_FIND_ROOT_PATH
               DOC "A compiler for the build machine, for etch-header")
  mark_as_advanced(ETCH_HOST_CXX)
  if(NOT ETCH_HOST_CXX)
    message(FATAL_ERROR "etch_embed: etch-header runs on the build machine, but no compiler for it was found: set "
                        "ETCH_HOST_CXX")
  endif()
  set(folders "$<TARGET_PROPERTY:etch::etch,INTERFACE_INCLUDE_DIRECTORIES>")
  add_custom_command(
    OUTPUT "${program}"
    COMMAND "${ETCH_HOST_CXX}" -std=c++20 -O1 -DETCH_NO_SIMD=1 "-idirafter$<JOIN:${folders},;-idirafter>" "${source}" -o
            "${program}"
    DEPENDS "${source}" ${ARGN}
    COMMENT "Building ${target} for this machine"
    VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${target} DEPENDS "${program}")
endfunction()

function(etch_embed)
  cmake_parse_arguments(PARSE_ARGV 0 arg "WITHOUT_GOLDEN" "TARGET;POLICY;NAME;TOPOLOGY;TOLERANCE" "IGNORED;DEPENDS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES OR NOT arg_TARGET OR NOT arg_POLICY)
    message(FATAL_ERROR "usage: etch_embed(TARGET <target> POLICY <file.safetensors> [NAME <name>] "
                        "[TOPOLOGY <list>] [TOLERANCE <number>] [IGNORED <pattern>...] [WITHOUT_GOLDEN] [DEPENDS ...])")
  endif()
  etch_check_target(etch_embed ${arg_TARGET} "EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY"
                    "is not compiled here, so it cannot contain a network")
  if(NOT DEFINED arg_NAME)
    cmake_path(GET arg_POLICY STEM arg_NAME)
  endif()
  if(NOT arg_NAME MATCHES "^[A-Za-z][A-Za-z0-9_]*$")
    message(FATAL_ERROR "etch_embed: \"${arg_NAME}\" is not a valid name in C++; pass another by NAME")
  endif()
  # Like the names in a custom command: relative to the source folder, or an output in the build folder.
  cmake_path(ABSOLUTE_PATH arg_POLICY BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE policy)
  if(NOT EXISTS "${policy}")
    cmake_path(ABSOLUTE_PATH arg_POLICY BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" NORMALIZE OUTPUT_VARIABLE policy)
    get_source_file_property(generated "${policy}" GENERATED)
    if(NOT generated AND NOT EXISTS "${policy}")
      message(FATAL_ERROR "etch_embed: ${arg_POLICY} does not exist, and no custom command before this line creates it")
    endif()
  endif()
  set(id "${arg_TARGET}_${arg_NAME}")
  if(TARGET etch_embed_${id})
    message(FATAL_ERROR "etch_embed: ${arg_TARGET} already has a network ${arg_NAME}")
  endif()

  if(ETCH_HEADER_EXECUTABLE)
    set(tool "${ETCH_HEADER_EXECUTABLE}")
    set(tool_target "")
  else()
    set(tool "${CMAKE_BINARY_DIR}/etch_embed/etch-header")
    set(tool_target etch-header)
    if(NOT TARGET etch-header)
      set(source "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/etch_header.cpp")  # where etch is installed
      if(NOT EXISTS "${source}")
        set(source "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../tools/etch_header.cpp")
      endif()
      file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/etch_embed")
      etch_host_program(etch-header "${tool}" "${source}")
    endif()
    if(NOT CMAKE_CROSSCOMPILING)
      set(tool $<TARGET_FILE:etch-header>)
    endif()
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/etch_embed/${arg_TARGET}")
  file(MAKE_DIRECTORY "${folder}")
  set(header "${folder}/${arg_NAME}.hpp")
  set(checker "${folder}/${arg_NAME}_check.cpp")
  set(options --name ${arg_NAME} --checker "${checker}")
  if(DEFINED arg_TOPOLOGY)
    list(APPEND options --topology "${arg_TOPOLOGY}")
  endif()
  if(DEFINED arg_TOLERANCE)
    list(APPEND options --tolerance ${arg_TOLERANCE})
  endif()
  foreach(pattern IN LISTS arg_IGNORED)
    list(APPEND options --ignored "${pattern}")
  endforeach()
  if(arg_WITHOUT_GOLDEN)
    list(APPEND options --without-golden)
  endif()
  # etch-header leaves files untouched that would not change, so the stamp file records when it ran last.
  add_custom_command(
    OUTPUT "${folder}/${arg_NAME}.written"
    BYPRODUCTS "${header}" "${checker}"
    COMMAND ${tool} ${options} "${policy}" "${header}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${folder}/${arg_NAME}.written"
    DEPENDS "${policy}" "${tool}" ${tool_target} ${arg_DEPENDS}
    COMMENT "Etching ${arg_POLICY} into ${arg_TARGET}"
    VERBATIM)
  add_custom_target(etch_embed_${id} DEPENDS "${folder}/${arg_NAME}.written")

  set(check_program "${folder}/${arg_NAME}_check")
  etch_host_program(etch_checker_${id} "${check_program}" "${checker}" "${header}")
  add_dependencies(etch_checker_${id} etch_embed_${id})
  if(NOT CMAKE_CROSSCOMPILING)
    set(check_program $<TARGET_FILE:etch_checker_${id}>)
  endif()
  add_custom_command(
    OUTPUT "${folder}/${arg_NAME}.checked"
    COMMAND "${check_program}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${folder}/${arg_NAME}.checked"
    DEPENDS "${check_program}" etch_checker_${id}
    COMMENT "Checking that ${arg_NAME} reproduces the outputs of the original model"
    VERBATIM)
  add_custom_target(etch_check_${id} DEPENDS "${folder}/${arg_NAME}.checked")
  add_test(NAME etch_embed.${arg_TARGET}.${arg_NAME} COMMAND "${check_program}")

  add_dependencies(${arg_TARGET} etch_embed_${id} etch_check_${id})
  target_include_directories(${arg_TARGET} PRIVATE "${folder}")
  get_target_property(libraries ${arg_TARGET} LINK_LIBRARIES)
  # As a property: the target may use target_link_libraries with or without PRIVATE.
  if(NOT "etch::etch" IN_LIST libraries)
    set_property(TARGET ${arg_TARGET} APPEND PROPERTY LINK_LIBRARIES etch::etch)
  endif()
endfunction()
