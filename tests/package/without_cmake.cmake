# The project `plain` takes etch without CMake. WAY: pkg_config, as the lines of docs/build.md do; meson, as a
# subproject and as an installed package.
cmake_minimum_required(VERSION 3.25)
foreach(tool IN LISTS TOOLS)
  find_program(program_${tool} ${tool})
  if(NOT program_${tool})
    message("skipped: there is no program `${tool}`")
    return()
  endif()
endforeach()

function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result STREQUAL "0")
    message("${output}")
    message(FATAL_ERROR "failed: ${ARGN}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()
function(expect text)
  string(FIND "${output}" "${text}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "this does not contain \"${text}\":\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/plain" DESTINATION "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/consumer/make_policy.cpp" DESTINATION "${WORK_DIR}/plain")
# Installed, and moved after that: etch.pc holds no path.
step("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${WORK_DIR}/first_prefix")
file(RENAME "${WORK_DIR}/first_prefix" "${WORK_DIR}/prefix")
file(READ "${WORK_DIR}/prefix/share/pkgconfig/etch.pc" output)
string(FIND "${output}" "${WORK_DIR}" position)
if(NOT position EQUAL -1 OR NOT output MATCHES "\nVersion: ([0-9.]+)\n")
  message(FATAL_ERROR "etch.pc has no version, or names a folder of this machine:\n${output}")
endif()
set(version "${CMAKE_MATCH_1}")
set(ENV{PKG_CONFIG_PATH} "${WORK_DIR}/prefix/share/pkgconfig")
list(TRANSFORM INCLUDE PREPEND "-idirafter" OUTPUT_VARIABLE includes)
string(REPLACE ";" " " includes "${includes}")  # what a system lacks and CMake has fetched

# Of which none comes from etch, though -I gives its folder.
set(warnings "-Werror -Wfloat-equal -Wswitch-default -Wsign-conversion -Wdouble-promotion -Wold-style-cast -Wundef")
if(COMPILER_ID STREQUAL "GNU")
  string(APPEND warnings " -Wuseless-cast -Weffc++ -Wnull-dereference -Wduplicated-cond -Wlogical-op")
endif()

# The optional components too.
file(WRITE "${WORK_DIR}/plain/components.cpp" "#include <etch/etch.hpp>
#if __has_include(<csv.h>)
#include <etch/data/csv.hpp>
auto table() { return etch::read_csv<2, 1>({}); }
#endif
#if __has_include(<zlib.h>)
#include <etch/data/idx_gzip.hpp>
#endif
#if __has_include(<zip.h>)
#include <etch/io/npz.hpp>
#endif
")

if(WAY STREQUAL "pkg_config")
  file(WRITE "${WORK_DIR}/line" "set -eu; cd '${WORK_DIR}/plain'; CXX='${CXX}'
$CXX -std=c++20 $(pkg-config --cflags etch) ${includes} ${warnings} main.cpp -o consumer
$CXX -std=c++20 -DETCH_NO_SIMD $(pkg-config --cflags etch) ${includes} ${warnings} -Wshadow -Wconversion \
-fsyntax-only components.cpp
./consumer
test -f \"$(pkg-config --variable=etch_header etch)\"\n")
  step(sh "${WORK_DIR}/line")
else()
  set(ENV{CXX} "${CXX}")
  set(ENV{CXX_FOR_BUILD} "${CXX}")
  set(ENV{CXXFLAGS} "${includes}")
  file(MAKE_DIRECTORY "${WORK_DIR}/plain/subprojects")
  file(CREATE_LINK "${ETCH_DIR}" "${WORK_DIR}/plain/subprojects/etch" SYMBOLIC)
  # Without the package, which would be found first.
  step("${CMAKE_COMMAND}" -E env --unset=PKG_CONFIG_PATH "${program_meson}"
       setup "${WORK_DIR}/subproject" "${WORK_DIR}/plain")
  expect("Dependency etch found: YES ${version} (overridden)")
  step("${program_meson}" compile -C "${WORK_DIR}/subproject")
  step("${WORK_DIR}/subproject/consumer")
  step("${WORK_DIR}/subproject/walker")
  file(REMOVE_RECURSE "${WORK_DIR}/plain/subprojects")
  step("${program_meson}" setup "${WORK_DIR}/installed" "${WORK_DIR}/plain")
  expect("Run-time dependency etch found: YES ${version}")
  step("${program_meson}" compile -C "${WORK_DIR}/installed")
  step("${WORK_DIR}/installed/consumer")
endif()
file(REMOVE_RECURSE "${WORK_DIR}")
