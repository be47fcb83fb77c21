# Fails if clang-format 19 would write a source in another way, and names the file.
#
#   cmake -DCLANG_FORMAT=<clang-format> -DSTYLE=<.clang-format> -DFOLDER=<folder> -DPARTS=<folder,folder>
#         -P format.cmake
cmake_minimum_required(VERSION 3.25)
set(version "")
if(CLANG_FORMAT)
  execute_process(COMMAND "${CLANG_FORMAT}" --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT version MATCHES "version 19\\.")
  message("skipped: the layout is not checked without clang-format 19 (Debian: clang-format-19)")
  return()
endif()

set(patterns "")
string(REPLACE "," ";" PARTS "${PARTS}")
foreach(part IN LISTS PARTS)
  list(APPEND patterns "${FOLDER}/${part}/*.cpp" "${FOLDER}/${part}/*.hpp")
endforeach()
file(GLOB_RECURSE sources ${patterns})
list(LENGTH sources count)
if(count EQUAL 0)
  message(FATAL_ERROR "no source below ${FOLDER}")
endif()
execute_process(COMMAND "${CLANG_FORMAT}" "--style=file:${STYLE}" --dry-run -Werror ${sources}
                RESULT_VARIABLE status ERROR_VARIABLE errors)
if(NOT status STREQUAL "0")
  message(FATAL_ERROR "run clang-format-19 -i on these files:\n${errors}")
endif()
message("${count} files")
