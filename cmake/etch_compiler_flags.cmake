# For tests that run the compiler themselves: a file of settings for their scripts, named by ETCH_COMPILER_SETTINGS.
#   INCLUDE_DIR   the folder that contains etch/
#   COMPILER      the compiler with the flags of etch's own programs
#   QUICK         what makes reading etch cheaper if a test is not about SIMD: plain numbers, so that xsimd, which
#                 takes longer to read than all of etch, is not read; empty with ETCH_TEST_EVERYTHING
#   LEFT_OUT      the headers that only one target compiles, and those whose library is not here, as a regular expression
#   LIBRARY_FOLDERS   the folders boost/ and xsimd/
#   ARCHITECTURE  x86_64-linux-gnu or what it is called here, or nothing
include_guard(GLOBAL)

# -idirafter, since -isystem would move /usr/include to the front, where the standard library must not find it.
set(flags -std=c++20 ${ETCH_NATIVE_FLAGS} ${ETCH_WARNINGS} "-I${PROJECT_SOURCE_DIR}/include")
foreach(target IN ITEMS etch::hana_headers etch::xsimd_headers etch::csv etch::gzip etch::npz)
  if(TARGET ${target})
    # Without etch's own folder, which the components bring along: named twice it would be a system's, without warnings.
    set(folders "$<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>")
    set(folders "$<FILTER:${folders},EXCLUDE,^${PROJECT_SOURCE_DIR}/include$>")
    list(APPEND flags "$<$<BOOL:${folders}>:-idirafter$<JOIN:${folders},;-idirafter>>")
  endif()
endforeach()
set(missing "^etch/simd/target/")
foreach(component IN ITEMS csv=data/csv gzip=data/idx_gzip npz=io/npz)
  string(REPLACE "=" ";" component "${component}")
  list(GET component 0 target)
  list(GET component 1 header)
  if(NOT TARGET etch::${target})
    string(APPEND missing "|${header}")
  endif()
endforeach()
set(ETCH_LEFT_OUT_HEADERS "${missing}")
set(library_folders "")
foreach(library IN ITEMS hana=boost xsimd=xsimd)
  string(REPLACE "=" ";" library "${library}")
  list(GET library 0 target)
  list(GET library 1 folder)
  get_target_property(places etch::${target}_headers INTERFACE_INCLUDE_DIRECTORIES)
  foreach(place IN LISTS places)
    if(EXISTS "${place}/${folder}")
      list(APPEND library_folders "${place}/${folder}")
      break()
    endif()
  endforeach()
endforeach()
set(quick -DETCH_NO_SIMD=1)
if(ETCH_TEST_EVERYTHING)
  set(quick "")
endif()
set(ETCH_COMPILER_SETTINGS "${PROJECT_BINARY_DIR}/compiler_settings.cmake")
file(GENERATE OUTPUT "${ETCH_COMPILER_SETTINGS}" CONTENT "\
set(INCLUDE_DIR \"${PROJECT_SOURCE_DIR}/include\")
set(COMPILER \"${CMAKE_CXX_COMPILER};${flags}\")
set(QUICK \"${quick}\")
set(LEFT_OUT \"${ETCH_LEFT_OUT_HEADERS}\")
set(LIBRARY_FOLDERS \"${library_folders}\")
set(ARCHITECTURE \"${CMAKE_LIBRARY_ARCHITECTURE}\")
")
