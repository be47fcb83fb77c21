# etch-header refuses each of these with its sentence, and leaves no header.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
set(failures 0)

# wants(<exit status> <text in the output> <arguments>...)
function(wants status text)
  execute_process(COMMAND "${TOOL}" ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(FIND "${output}" "${text}" position)
  if(NOT result STREQUAL status OR position EQUAL -1)
    message("etch-header ${ARGN}\n  ends with ${result}, not ${status}, and does not say \"${text}\" but:\n${output}")
    math(EXPR failures "${failures} + 1")
    set(failures ${failures} PARENT_SCOPE)
  endif()
endfunction()
set(out "${WORK_DIR}/net.hpp")
macro(refuses file text)
  wants(1 "${text}" "${FILES}/${file}.safetensors" "${out}" ${ARGN})
endmacro()

refuses(absent "absent.safetensors: the file cannot be opened")
refuses(truncated "the data ends too early")
refuses(no_golden "has no golden vectors, so nothing would prove that the network answers what its source did")
refuses(not_finite_golden "a golden vector is not finite")
refuses(no_digits "the golden vectors are not as they must be")
refuses(not_finite "0.weight: number 6 is NaN, infinite or too large for the network" --without-golden)
refuses(later "the file is of a later version of the format")
refuses(missing "2.bias [1] is not in the file; the nearest of its keys is ")
refuses(shape "0.weight has the shape [8, 2] in the file, [7, 2] in the network")
refuses(code "the topology has at character 19 something else than the end of the list, or a comma")
refuses(name "the topology has a layer \"tuna\", which is none of etch's")
refuses(argument "the topology gives dense the argument \"x\", which it does not take")
refuses(expression "the topology gives dense 0 arguments")
refuses(plain "does not say its topology; say it by --topology")
refuses(tiny "the file holds a network of other layers: input<2>, dense<8>, tanh" --topology "input<2>, dense<8>, relu")
foreach(pair IN ITEMS
        "dense<8>|must begin with input" "input<2>|must begin with input" "input<2>, input<2>|an input after the first"
        "input<0>, tanh|the size 0, which is out of range" "input<-2>, tanh|the size -2, which is out of range"
        "input<99999999>, tanh|out of range" "input<9999, 9999>, tanh|an input that is too large"
        "input<1, 1, 1, 1, 1>, tanh|gives input 5 arguments" "input<2>, dense<8, 9>|gives dense the argument \"9\""
        "input<2>, dense|gives dense 0 arguments" "input<2>, tanh<1>|gives tanh 1 arguments"
        "input<2>, dropout|gives dropout 0 arguments" "input<2>, elu<1, 1, 1>|gives elu 3 arguments"
        "input<2>, elu<99999999999>|which it does not take" "input<2, 2>, dense<2>|a dense layer on an image"
        "input<2>, residual|< and the layers of the residual" "input<2>, residual<dense<3>>|do not give the shape"
        "input<2>, residual<standardize>|a standardize inside of a residual"
        "input<2>, residual<residual<residual<residual<residual<tanh>>>>>|too deep"
        "input<2>, dense<8|a comma or >" "input<2>,|a name or a number" "input<2>, \"|a name or a number")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 topology)
  list(GET pair 1 text)
  refuses(plain "${text}" --topology "${topology}")
endforeach()
foreach(name IN ITEMS class 2fast _net a__b "a b" "a{}" étch)
  wants(2 "cannot be a name in C++" "${FILES}/tiny.safetensors" "${WORK_DIR}/.hpp" "--name" "${name}")
endforeach()
foreach(number IN ITEMS 0 1 -1 x 0.1x nan "0.1, 1")
  wants(2 "--tolerance is a number above 0 and below 1" "${FILES}/tiny.safetensors" "${out}" --tolerance ${number})
endforeach()
wants(2 "unknown option --fast" --fast)
wants(2 "two files are needed" "${FILES}/tiny.safetensors")
wants(2 "--name lacks its value" --name)
wants(0 "usage: etch-header" --help)
wants(1 "the file cannot be written" "${FILES}/tiny.safetensors" "${WORK_DIR}/no/folder/net.hpp")
if(EXISTS "${out}" OR EXISTS "${out}.new")
  message(FATAL_ERROR "a refused file left a header")
endif()

# And what it accepts.
wants(0 "" "${FILES}/plain.safetensors" "${out}" --topology "input<2>,dense<8>, tanh,dense<1>,sigmoid")
wants(0 "" "${FILES}/tiny.safetensors" "${out}" --topology "input<2>, dense<8>, tanh, dense<1>, sigmoid")
wants(0 "" "${FILES}/no_golden.safetensors" "${out}" --without-golden)
file(READ "${out}" text)
if(NOT text MATCHES "NOTHING WAS CHECKED")
  message(FATAL_ERROR "the header does not say that nothing was checked")
endif()
if(failures)
  message(FATAL_ERROR "${failures} failures")
endif()
