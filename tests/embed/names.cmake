# A network may be called as a function of the C library is, and the numbers of its topology are C++'s.
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
set(ENV{LC_ALL} C)

# Beside the headers that declare these functions, included before and after.
set(includes "")
set(uses "")
foreach(name IN ITEMS exp expf index isnan read remove signal tanh time y0 walk Walk_2)
  execute_process(COMMAND "${TOOL}" "${FILES}/no_golden.safetensors" "${WORK_DIR}/${name}.hpp" --without-golden
                  COMMAND_ERROR_IS_FATAL ANY)
  string(APPEND includes "#include \"${name}.hpp\"\n")
  string(APPEND uses "static_assert(etched::${name}({0.25f, -0.5f})[0] > 0);\n"
                     "static_assert(sizeof(${name}_network) == sizeof etched::${name});\n")
endforeach()
set(library "#include <cmath>\n#include <csignal>\n#include <cstdio>\n#include <cstdlib>\n#include <ctime>\n")
foreach(header IN ITEMS math.h strings.h unistd.h)
  string(APPEND library "#if __has_include(<${header}>)\n#include <${header}>\n#endif\n")
endforeach()
string(APPEND uses "static_assert(walk({0.25f, -0.5f})[0] > 0);\n"
                   "double f(double x) { return exp(x) + std::tanh(x); }\n")
file(WRITE "${WORK_DIR}/before.cpp" "${library}${includes}${uses}")
file(WRITE "${WORK_DIR}/after.cpp" "${includes}${library}${uses}")
foreach(order IN ITEMS before after)
  execute_process(COMMAND ${COMPILER} -fsyntax-only "${WORK_DIR}/${order}.cpp"
                  RESULT_VARIABLE result ERROR_VARIABLE errors)
  if(result OR errors)
    message(FATAL_ERROR "${order}.cpp should compile without a warning:\n${errors}")
  endif()
endforeach()

# What the file says of its source, "a test */ \\ ...", is a comment that nothing ends or continues.
file(READ "${WORK_DIR}/walk.hpp" text)
string(FIND "${text}" "\\" position)
if(NOT position EQUAL -1)
  message(FATAL_ERROR "a backslash got into the header: ${text}")
endif()

# A macro of this name: the first error says so.
file(WRITE "${WORK_DIR}/macro.cpp" "#include \"walk.hpp\"\n")
execute_process(COMMAND ${COMPILER} -Dwalk=1 -fsyntax-only "${WORK_DIR}/macro.cpp" ERROR_VARIABLE errors)
if(NOT errors MATCHES "(^|\n)([^\n]*error: [^\n]*)" OR NOT CMAKE_MATCH_2 MATCHES "etch: walk is a macro here")
  message(FATAL_ERROR "the first error is not that walk is a macro:\n${errors}")
endif()

# Two builds of etch in one program do not share the network.
if(NM)
  foreach(variant IN ITEMS simd plain)
    file(WRITE "${WORK_DIR}/${variant}.cpp" "#include \"walk.hpp\"\nconst void* ${variant}() { return &walk; }\n")
    set(flags "")
    if(variant STREQUAL "plain")
      set(flags -DETCH_NO_SIMD=1)
    endif()
    execute_process(COMMAND ${COMPILER} ${flags} -c "${WORK_DIR}/${variant}.cpp" -o "${WORK_DIR}/${variant}.o"
                    COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${NM}" "${WORK_DIR}/${variant}.o" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCH " ([^ \n]*etched[^ \n]*walk[^ \n]*)\n" found "${symbols}")
    if(NOT found)
      message(FATAL_ERROR "the network is not among the symbols:\n${symbols}")
    endif()
    set(symbol_${variant} "${CMAKE_MATCH_1}")
  endforeach()
  if(symbol_simd STREQUAL symbol_plain)
    message(FATAL_ERROR "two builds share ${symbol_plain}")
  endif()
endif()

# A number is decimal, however many zeros stand before it.
execute_process(COMMAND "${TOOL}" "${FILES}/plain.safetensors" "${WORK_DIR}/octal.hpp" --topology
                        "input<02>, dense<010>, elu<010, 1>, dense<1>" ERROR_VARIABLE errors)
if(NOT errors MATCHES "\\[10, 2\\] in the network")
  message(FATAL_ERROR "dense<010> has not ten outputs: ${errors}")
endif()
execute_process(COMMAND "${TOOL}" "${FILES}/plain.safetensors" "${WORK_DIR}/octal.hpp" --without-golden --topology
                        "input<02>, dense<008>, elu<010, -0>, dense<1>" COMMAND_ERROR_IS_FATAL ANY)
file(READ "${WORK_DIR}/octal.hpp" text)
if(NOT text MATCHES "etch::input<2>, etch::dense<8>, etch::elu<10, 0>, etch::dense<1>")
  message(FATAL_ERROR "these are not the numbers of the topology: ${text}")
endif()
