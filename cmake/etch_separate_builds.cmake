# Runs before a program is linked (see etch_builds.cmake): gives what a build of a file has in common with other files
# of the program a name of its own, so that the linker keeps both.
#
# Templates and inline functions of the standard library, of xsimd and of the program's own headers have the same names
# in every object file, and a linker keeps one of each: for AVX2 it may be the one that a file for the baseline calls.
# etch's own names say what they were compiled for, these do not. So each weak function and constant of the objects of a
# build gets the build's name behind its own. What is not renamed: variables (they are shared on purpose), type_info
# (compared by content), and what the objects only use.
#
# OBJECTS  all object files of the program; those that contain etch_builds/<...>.<build>.cpp are meant
# OBJDUMP, OBJCOPY  the tools of binutils or LLVM
# WITHOUT_STARTUP   builds that must not run any code before main(), since that runs on every processor
cmake_minimum_required(VERSION 3.25)

# The sections of code before main(). Those of a priority up to 100 are the implementation's: sanitizers and coverage
# have one.
set(startup " \\.(init_array|ctors)([ \t]|\\.0*(10[1-9]|1[1-9][0-9]|[2-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)[ \t])")
set(builds "")
foreach(object IN LISTS OBJECTS)
  if(object MATCHES "/etch_builds/.*\\.([A-Za-z0-9_-]+)\\.cpp\\.(o|obj)$")
    list(APPEND builds "${CMAKE_MATCH_1}")
    list(APPEND objects_${CMAKE_MATCH_1} "${object}")
  endif()
endforeach()
list(REMOVE_DUPLICATES builds)

foreach(build IN LISTS builds)
  string(MAKE_C_IDENTIFIER "${build}" id)
  set(suffix ".etch_${id}")
  string(REPLACE "." "\\." suffix_regex "${suffix}")
  set(names "")
  foreach(object IN LISTS objects_${build})
    execute_process(COMMAND "${OBJDUMP}" -h -t "${object}" OUTPUT_VARIABLE table COMMAND_ERROR_IS_FATAL ANY)
    if(build IN_LIST WITHOUT_STARTUP AND table MATCHES "${startup}")
      string(REGEX REPLACE ".*/etch_builds/[^/]*/(.*)\\.[A-Za-z0-9_-]+\\.cpp\\.(o|obj)$" "\\1" file "${object}")
      message(FATAL_ERROR "etch_multi_isa: ${file} has a global object whose constructor runs before main(), on every "
                          "processor, so the build for ${build} would end the program on older ones. Make it a static "
                          "variable inside a function, or constinit; <iostream> has such an object, <cstdio> has none")
    endif()
    # Value, seven flags (w or u in the first two: weak), section, tab, size, perhaps visibility, name. A group, of
    # which the linker keeps one, may have a name of its own: a local symbol of the section .group.
    string(REGEX MATCHALL
           "\n[0-9a-f]+ ((u | w).....[ \t]+\\.(text|rodata|data\\.rel\\.ro)|l     .[ \t]+\\.group)[^\n]*" lines
           "${table}")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE ".*[ \t]" "" name "${line}")
      if(NOT name MATCHES "^_ZT[IS]|${suffix_regex}$")
        list(APPEND names "${name}")
      endif()
    endforeach()
  endforeach()
  if(NOT names)
    continue()
  endif()
  list(REMOVE_DUPLICATES names)
  set(map "")
  foreach(name IN LISTS names)
    string(APPEND map "${name} ${name}${suffix}\n")
  endforeach()
  list(GET objects_${build} 0 first)
  file(WRITE "${first}.names" "${map}")
  foreach(object IN LISTS objects_${build})
    # Into a new file, which takes the place of the old: the old one may be a link into a compiler cache. With its date,
    # by which Ninja knows it.
    execute_process(COMMAND "${OBJCOPY}" --preserve-dates "--redefine-syms=${first}.names" "${object}"
                            "${object}.renamed" COMMAND_ERROR_IS_FATAL ANY)
    file(RENAME "${object}.renamed" "${object}")
  endforeach()
endforeach()
