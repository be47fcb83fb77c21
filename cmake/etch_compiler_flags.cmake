# For tests that run the compiler themselves: a file of settings for their scripts, named by ETCH_COMPILER_SETTINGS.
#   INCLUDE_DIR   the folder that holds etch/
#   COMPILER      the compiler with the flags of etch's own programs
#   HAS_CSV, HAS_GZIP, HAS_NPZ   whether the libraries of the optional components are here
include_guard(GLOBAL)

# -idirafter, since -isystem would move /usr/include to the front, where the standard library must not find it.
set(flags -std=c++20 ${ETCH_NATIVE_FLAGS} ${ETCH_WARNINGS} "-I${PROJECT_SOURCE_DIR}/include")
foreach(target IN ITEMS etch::hana_headers etch::xsimd_headers etch::csv etch::gzip etch::npz)
  if(TARGET ${target})
    list(APPEND flags "-idirafter$<JOIN:$<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>,;-idirafter>")
  endif()
endforeach()
set(ETCH_COMPILER_SETTINGS "${PROJECT_BINARY_DIR}/compiler_settings.cmake")
file(GENERATE OUTPUT "${ETCH_COMPILER_SETTINGS}" CONTENT "\
set(INCLUDE_DIR \"${PROJECT_SOURCE_DIR}/include\")
set(COMPILER \"${CMAKE_CXX_COMPILER};${flags}\")
set(HAS_CSV $<TARGET_EXISTS:etch::csv>)
set(HAS_GZIP $<TARGET_EXISTS:etch::gzip>)
set(HAS_NPZ $<TARGET_EXISTS:etch::npz>)
")
