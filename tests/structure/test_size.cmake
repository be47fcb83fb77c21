# What compiling the tests costs may not grow unnoticed: without optimization it follows the size of the machine code,
# which unlike a time is the same in every run. Size of all test programs, in KB, with g++ 12 on x86-64; the bound is a
# tenth above what was measured. A change that is worth more raises the number here.
#
#   cmake "-DPROGRAMS=<files>" -P test_size.cmake
cmake_minimum_required(VERSION 3.25)
set(measured 168000)
set(total 0)
foreach(program IN LISTS PROGRAMS)
  file(SIZE "${program}" size)
  math(EXPR size "${size} / 1024")
  math(EXPR total "${total} + ${size}")
  cmake_path(GET program FILENAME name)
  list(APPEND each "${name} ${size} KB")
endforeach()
math(EXPR bound "${measured} * 11 / 10")
list(JOIN each "\n" each)
message("${each}\nall: ${total} KB (bound ${bound} KB)")
if(total GREATER bound OR total LESS_EQUAL 0)
  message(FATAL_ERROR "the tests have become larger, and with them the time to compile them: "
                      "see tests/structure/test_size.cmake")
endif()
