# Every header of etch compiles after names that platforms define as macros: after hostile_macros.hpp, after the headers
# of Xlib, Qt, curses and POSIX, and after Windows' own (of mingw-w64), where they are installed. What etch includes of
# others comes first, since the standard library does not bear such macros either.
#
#   cmake -DSETTINGS=<ETCH_COMPILER_SETTINGS> -DWORK_DIR=<folder> -DAFTER=list|unix|windows -P hostile.cmake
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")

set(compiler ${COMPILER})
set(left_out "${LEFT_OUT}")
if(AFTER STREQUAL "list")
  set(hostile "#include \"${CMAKE_CURRENT_LIST_DIR}/hostile_macros.hpp\"\n")
elseif(AFTER STREQUAL "unix")
  find_path(qt QtCore/qobject.h PATH_SUFFIXES ${ARCHITECTURE}/qt6 ${ARCHITECTURE}/qt5 qt6 qt5)
  if(qt)
    list(APPEND compiler -fPIC -I${qt} -I${qt}/QtCore)
  endif()
  set(hostile "")
  foreach(name IN ITEMS QtCore/qobject.h X11/Xlib.h X11/Xutil.h complex.h curses.h fcntl.h math.h netinet/in.h resolv.h
                        signal.h strings.h sys/ioctl.h sys/param.h sys/stat.h sys/sysmacros.h sys/wait.h termios.h
                         tgmath.h
                        unistd.h)
    string(APPEND hostile "#if __has_include(<${name}>)\n#include <${name}>\n#else\n#warning no ${name}\n#endif\n")
  endforeach()
else()
  find_program(mingw NAMES x86_64-w64-mingw32-g++-posix x86_64-w64-mingw32-g++)
  if(NOT mingw)
    message("skipped: there is no x86_64-w64-mingw32-g++")
    return()
  endif()
  # A compiler for another system finds the libraries' headers by links in a folder of their own.
  set(links "${WORK_DIR}/windows")
  file(MAKE_DIRECTORY "${links}")
  foreach(folder IN LISTS LIBRARY_FOLDERS)
    cmake_path(GET folder FILENAME name)
    file(CREATE_LINK "${folder}" "${links}/${name}" SYMBOLIC)
  endforeach()
  set(compiler "${mingw}" -std=c++20 "-I${INCLUDE_DIR}" -isystem "${links}")
  set(left_out "data/csv|data/idx_gzip|io/npz")
  # mingw-w64 defines min and max in C only, Microsoft's header always.
  set(hostile "#include <windows.h>\n#include <objbase.h>\n"
              "#define min(a, b) (((a) < (b)) ? (a) : (b))\n#define max(a, b) (((a) > (b)) ? (a) : (b))\n")
  list(JOIN hostile "" hostile)
endif()

file(GLOB_RECURSE headers RELATIVE "${INCLUDE_DIR}" "${INCLUDE_DIR}/etch/*.hpp")
set(others "")
set(own "")
foreach(header IN LISTS headers)
  if(header MATCHES "${left_out}")
    continue()
  endif()
  string(APPEND own "#include <${header}>\n")
  file(STRINGS "${INCLUDE_DIR}/${header}" includes REGEX "^#include <")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^#include <([^>]*)>.*" "\\1" name "${include}")
    if(NOT name MATCHES "^etch/")
      list(APPEND others "${name}")
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES others)
set(text "#include <etch/core/config.hpp>\n")  # it says whether there is xsimd
foreach(name IN LISTS others)
  set(condition "__has_include(<${name}>)")
  if(name MATCHES "^xsimd/")
    set(condition "ETCH_HAS_XSIMD")
  endif()
  string(APPEND text "#if ${condition}\n#include <${name}>\n#endif\n")
endforeach()

set(file "${WORK_DIR}/hostile_${AFTER}.cpp")
file(WRITE "${file}" "${text}${hostile}${own}")
execute_process(COMMAND ${compiler} -Wno-builtin-macro-redefined -fsyntax-only "${file}" RESULT_VARIABLE status
                ERROR_VARIABLE errors)
if(NOT status STREQUAL "0")
  message(FATAL_ERROR "etch's headers do not compile after these macros (${file}):\n${errors}")
endif()
string(REGEX MATCHALL "no [A-Za-z0-9/]+\\.h" missing "${errors}")
list(REMOVE_DUPLICATES missing)
list(LENGTH headers count)
message("${count} headers ${missing}")
