# What a project that uses etch is told at configuration about a slow build, and when not. One build folder for all, so
# that the compiler is looked at once.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK_DIR}")
foreach(name IN ITEMS CXXFLAGS CMAKE_BUILD_TYPE)
  unset(ENV{${name}})
endforeach()
set(cleared -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS= -DTARGET_OPTION= -DBUILDS= -DLATER_BUILD_TYPE=
            -DETCH_BUILD_ADVICE=ON)
set(slow "CMake Warning at [^\n]*\n +etch: no build type is set, so the compiler does not optimize")
set(general "-- etch: this build runs on every x86-64 processor. With -march=x86-64-v3")
set(failures 0)

# configured(<how often `slow`> <how often `general`> <options>...)
function(configured slow_count general_count)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/advised" -B "${WORK_DIR}" -G "${GENERATOR}"
            "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DETCH_DIR=${ETCH_DIR}"
            "-DETCH_hana_INCLUDE_DIR=${HANA}" "-DETCH_xsimd_INCLUDE_DIR=${XSIMD}" ${cleared} ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  foreach(what IN ITEMS slow general)
    string(REGEX MATCHALL "${${what}}" found "${output}")
    list(LENGTH found count)
    if(result OR NOT count EQUAL ${what}_count)
      message("with ${ARGN}: \"${${what}}\" appears ${count} times, not ${${what}_count}:\n${output}\n")
      math(EXPR failures "${failures} + 1")
    endif()
  endforeach()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

configured(1 1)
configured(0 1 -DCMAKE_BUILD_TYPE=Release)
configured(0 1 -DCMAKE_BUILD_TYPE=Debug)  # chosen
configured(0 1 -DLATER_BUILD_TYPE=Release)
configured(0 1 -DCMAKE_CXX_FLAGS=-O2)
configured(0 1 -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-mtune=native)
configured(0 0 -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-march=native)
configured(1 0 -DTARGET_OPTION=-march=x86-64-v3)
configured(1 0 "-DTARGET_OPTION=-Wall\\;$<$<CONFIG:Release>:-mavx2>")
configured(0 1 -DTARGET_OPTION=-O2)
configured(1 0 -DBUILDS=etch_multi_isa)  # the rest of the program is not optimized
configured(1 0 -DBUILDS=etch_optimize)
configured(0 0 -DETCH_BUILD_ADVICE=OFF)
# Another machine: without flags the target's default is reported; flags are a choice.
file(REMOVE_RECURSE "${WORK_DIR}")
configured(1 1 -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=x86_64)
configured(0 0 -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-mno-red-zone)
if(failures)
  message(FATAL_ERROR "${failures} failures")
endif()
file(REMOVE_RECURSE "${WORK_DIR}")
