# Runs each of PROGRAMS on this machine and, under QEMU, on each of CORES (names separated by commas); checks the results and
# prints what they cost. Images and host programs are in FOLDER; CXX, SIZE, NM and QEMU are the tools.
#
# A program prints lines of a name and eight hexadecimal digits: `ticks` of SysTick that a pass or a step took, `ram`
# that training needs, by sizeof, and `bits` that must be the same on every machine.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" PROGRAMS "${PROGRAMS}")
string(REPLACE "," ";" CORES "${CORES}")

set(missing "")
foreach(tool IN ITEMS CXX SIZE NM QEMU)
  if(NOT ${tool})
    list(APPEND missing ${tool})
  endif()
endforeach()
if(missing)
  list(LENGTH PROGRAMS programs)
  list(LENGTH CORES cores)
  math(EXPR count "${programs} * ${cores}")
  list(JOIN missing ", " missing)
  message("skipped: all ${count} images for microcontrollers, since these tools are not found: ${missing}\n"
          "  (Debian: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib "
          "qemu-system-arm)")
  return()
endif()

set(board_cortex-m4 mps2-an386)
set(board_cortex-m7 mps2-an500)
# What must not be exceeded: bytes of flash, bytes of RAM, instructions.
set(most_tiny 2000 0 600)
set(most_policy 24600 0 18000)
set(most_lstm 12000 200 8000)
set(most_activity 15000 2000 8000)
set(most_tiny_sgd 8000 1000 1500)
set(most_tiny_adam 10000 1000 4000)
set(most_tiny_resume 30000 1000 450000)
set(heap "(^|\n)[^\n]* (_?malloc|_malloc_r|_?free|_free_r|calloc|realloc|_?sbrk|_sbrk_r|_Zn[wa][^\n]*|_Zd[la][^\n]*)\n")

# Sets `<name>` to the numbers of the output's lines `<name> <hexadecimal>`.
macro(read_lines output name)
  string(REGEX MATCHALL "(^|\n)${name} [0-9a-f]+" ${name} "${output}")
  list(TRANSFORM ${name} REPLACE "^\n?${name} " "")
endmacro()

# fail(<text>): counts a failure and prints it.
set(failures 0)
macro(fail text)
  math(EXPR failures "${failures} + 1")
  message("FAILED: ${program} on ${core}: ${text}")
endmacro()

# Sets `columns` to the values, each right-aligned in a column of ten.
function(align)
  set(line "")
  foreach(value IN LISTS ARGN)
    string(LENGTH "${value}" length)
    math(EXPR spaces "10 - ${length}")
    string(REPEAT " " ${spaces} space)
    string(APPEND line "${space}${value}")
  endforeach()
  set(columns "${line}" PARENT_SCOPE)
endfunction()

execute_process(COMMAND "${CXX}" -dumpfullversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
message("Bytes and instructions of one forward pass or training step; arm-none-eabi-g++ ${version}, -O2; no "
        "operating system\n")
align(core text rodata data flash ram instr.)
message("           ${columns}")

set(runs 0)
foreach(program IN LISTS PROGRAMS)
  execute_process(COMMAND "${FOLDER}/${program}" OUTPUT_VARIABLE host RESULT_VARIABLE status TIMEOUT 60)
  set(core "this machine")
  if(NOT status STREQUAL "0")
    fail("ends with ${status}")
  endif()
  read_lines("${host}" bits)
  set(expected "${bits}")

  foreach(core IN LISTS CORES)
    math(EXPR runs "${runs} + 1")
    set(image "${FOLDER}/${program}.${core}.elf")
    # 1 instruction is 1,024 ns of QEMU's clock, 1 tick of SysTick 40 ns.
    execute_process(COMMAND "${QEMU}" -M ${board_${core}} -nographic -monitor none -serial none -icount
                            shift=10,sleep=off -semihosting-config enable=on,target=native -kernel "${image}"
                    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status TIMEOUT 60)
    if(NOT status STREQUAL "0")
      fail("ends with ${status}")
    endif()
    read_lines("${output}" bits)
    read_lines("${output}" ticks)
    read_lines("${output}" ram)
    if(NOT bits OR NOT bits STREQUAL expected)
      list(LENGTH bits count)
      list(LENGTH expected wanted)
      fail("other bits than on this machine: ${count} numbers, there ${wanted}")
    endif()
    if(NOT ticks)
      set(ticks 0)
    endif()
    math(EXPR instructions "(0x${ticks} * 10 + 128) / 256")

    execute_process(COMMAND "${SIZE}" -A "${image}" OUTPUT_VARIABLE sections)
    foreach(section IN ITEMS text rodata data bss)
      set(${section} 0)
      if(sections MATCHES "\n\\.${section} +([0-9]+)")
        set(${section} ${CMAKE_MATCH_1})
      endif()
    endforeach()
    math(EXPR flash "${text} + ${rodata} + ${data}")
    math(EXPR used "${data} + ${bss}")
    if(ram)
      math(EXPR ram "0x${ram}")
    else()
      set(ram 0)
    endif()
    if(NOT used EQUAL ram)
      fail("the linker reports ${used} bytes of RAM, sizeof ${ram}")
    endif()
    foreach(what IN ITEMS flash ram instructions)
      list(POP_FRONT most_${program} most)
      if(${what} GREATER most)
        fail("${what} ${${what}}, more than ${most}")
      endif()
      list(APPEND most_${program} ${most})  # for the next core
    endforeach()

    execute_process(COMMAND "${NM}" "${image}" OUTPUT_VARIABLE symbols)
    if(symbols MATCHES "${heap}")
      fail("the image contains a heap: ${CMAKE_MATCH_2}")
    endif()

    align(${core} ${text} ${rodata} ${data} ${flash} ${ram} ${instructions})
    string(LENGTH "${program}" length)
    math(EXPR spaces "11 - ${length}")
    string(REPEAT " " ${spaces} space)
    message("${program}${space}${columns}")
  endforeach()
endforeach()

if(failures)
  message(FATAL_ERROR "${failures} checks failed")
endif()
message("\n${runs} images: the same bits as on this machine, no heap, RAM without the stack is exactly sizeof")
