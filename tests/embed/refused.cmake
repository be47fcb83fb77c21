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
refuses(no_golden "has no golden vectors, so nothing would prove that the network reproduces the original model")
refuses(not_finite_golden "a golden vector is not finite")
refuses(no_digits "the golden vectors are malformed (see docs/weights.md, Metadata)")
refuses(not_finite "0.weight: element 6 is NaN, infinite or too large for the network" --without-golden)
refuses(later "the file was written in a later version of the format")
refuses(missing "2.bias [1] is not in the file; the nearest of its keys is ")
refuses(shape "0.weight has the shape [8, 2] in the file, [7, 2] in the network")
refuses(missing "2.bias [1] is not in the file" --ignored "9.*")
refuses(unused "log_std [2] is not used by the network; if that is intended, add it to `ignored`")
refuses(code "the topology, character 19: expected the end of the list, or a comma")
refuses(spelling "the topology input<2>,dense<8>,tanh,dense<1>,sigmoid    , which etch writes as input<2>, dense<8>")
refuses(name "the topology has a layer \"tuna\", which etch does not have")
refuses(argument "the topology gives dense the argument \"x\", which it does not take")
refuses(expression "the topology gives dense 0 arguments")
refuses(names_malformed "names_malformed.safetensors: etch.class.names is not as etch writes it")
refuses(names_of_others "the schema has 3 classes, the network tells 2 apart" --without-golden)
refuses(plain "does not name its topology: pass it with --topology")
refuses(tiny "the file is for a network with different layers: input<2>, dense<8>, tanh" --topology "input<2>, dense<8>, relu")
foreach(pair IN ITEMS
        "dense<8>|must begin with input" "input<2>|must begin with input" "input<2>, input<2>|an input after the first"
        "input<0>, tanh|the size 0, which is out of range" "input<-2>, tanh|the size -2, which is out of range"
        "input<99999999>, tanh|out of range" "input<9999, 9999>, tanh|an input that is too large"
        "input<1, 1, 1, 1, 1>, tanh|gives input 5 arguments" "input<2>, dense<8, 9>|gives dense the argument \"9\""
        "input<16777216>, dense<16777216>|has the shape [8, 2] in the file, [16777216, 16777216] in the network"
        "input<2>, gru<8, bf16, reset_before>|gives gru the argument \"bf16\""
        "input<2>, lstm<8, reset_before>|gives lstm the argument \"reset_before\""
        "input<2>, dense|gives dense 0 arguments" "input<2>, tanh<1>|gives tanh 1 arguments"
        "input<2>, dropout|gives dropout 0 arguments" "input<2>, elu<1, 1, 1>|gives elu 3 arguments"
        "input<2>, elu<99999999999>|which it does not take" "input<2, 2>, dense<2>|a dense layer on an image"
        "input<1>, wavenet<2>|expected wavenet_array<"
        "input<2>, parallel<dense<2>>|a parallel that is not made of branches"
        "input<2>, branch<dense<2>>|a branch that does not stand in a parallel"
        "input<2>, frozen<dense<2>, tanh>|a frozen of 2 layers, and it holds 1"
        "input<3>, gated<tanh, sigmoid>|a gated on an odd number of channels"
        "input<2>, film|a film on channels that are not three equal parts"
        "input<2>, slice<1, 2>|a slice beyond the end of its input"
        "input<2>, unrolled<gru<2>>|unrolled on what is no sequence"
        "input<3, 2>, attention<2, 0>|an attention on what is no sequence, or with heads"
        "input<2, 2>, embedding<4, 2>|an embedding on what is no vector of indices"
        "input<2, 2>, conv_transpose_1d<2, 2, padding<9, 9>>|without an output"
        "input<2>, conv_2d<2>|conv_2d on an input of 1 extents"
        "input<2, 4, 3>, conv_2d<2, 5>|window is larger than its input"
        "input<2, 4, 3>, conv_2d<2, 3, 3, 3>|numbers before its options"
        "input<2, 4, 3>, conv_2d<2, stride<2>, 3>|numbers before its options"
        "input<2, 4, 3>, conv_2d<3, 2, 2, groups<2>>|groups do not divide"
        "input<2, 4, 3>, conv_2d<3, 2, 2, stride<0>>|stride is 0"
        "input<2, 4, 3>, conv_2d<3, 2, 2, stride<x>>|expected a number"
        "input<2, 4, 3>, prelu<3>|prelu of 3 numbers for 2 channels"
        "input<2>, residual|< and the layers of the residual" "input<2>, residual<dense<3>>|do not preserve their input's shape"
        "input<2>, residual<standardize>|a standardize inside a residual"
        "input<2>, residual<residual<residual<residual<residual<residual<residual<residual<residual<tanh>>>>>>>>>|too deep"
        "input<2>, dense<8|a comma or >" "input<2>,|a name or a number" "input<2>, \"|a name or a number")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 topology)
  list(GET pair 1 text)
  refuses(plain "${text}" --topology "${topology}")
endforeach()
foreach(name IN ITEMS class float and NULL linux errno etched std 2fast _net a__b "a b" "a{}" étch)
  wants(2 "cannot be a name in C++" "${FILES}/tiny.safetensors" "${WORK_DIR}/.hpp" "--name" "${name}")
endforeach()
foreach(number IN ITEMS 0 1 -1 x 0.1x nan "0.1, 1")
  wants(2 "--tolerance must be positive and below 1" "${FILES}/tiny.safetensors" "${out}" --tolerance ${number})
endforeach()
wants(2 "unknown option --fast" --fast)
wants(2 "two files are needed" "${FILES}/tiny.safetensors")
wants(2 "--name needs a value" --name)
wants(0 "usage: etch-header" --help)
file(COPY_FILE "${FILES}/tiny.safetensors" "${WORK_DIR}/tiny.safetensors")
wants(2 "must not be the same" "${WORK_DIR}/tiny.safetensors" "${WORK_DIR}/tiny.safetensors")
wants(2 "must not be the same" "${WORK_DIR}/tiny.safetensors" "${WORK_DIR}/../refused/./tiny.safetensors")
wants(2 "must not be the same" "${WORK_DIR}/tiny.safetensors" "${out}" --checker "${out}")
wants(2 "must not be the same" "${WORK_DIR}/tiny.safetensors" "${out}" --checker "${WORK_DIR}/tiny.safetensors")
wants(1 "the file cannot be written" "${FILES}/tiny.safetensors" "${WORK_DIR}/no/folder/net.hpp")
if(EXISTS "${out}" OR EXISTS "${out}.new")
  message(FATAL_ERROR "a refused file left a header")
endif()

# And what it accepts: every layer that etch has.
include("${SETTINGS}")
file(GLOB headers "${INCLUDE_DIR}/etch/layer/*.hpp" "${INCLUDE_DIR}/etch/network/residual.hpp")
set(names "")
foreach(header IN LISTS headers)
  file(STRINGS "${header}" lines REGEX "^ +static constexpr const char\\* name = ")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".*\"([a-z_]+).*" "\\1" name "${line}")
    list(APPEND names "${name}")
    execute_process(COMMAND "${TOOL}" "${FILES}/plain.safetensors" "${out}" --topology "input<2>, ${name}"
                    ERROR_VARIABLE error)
    if(error MATCHES "none of etch's")
      message(FATAL_ERROR "${header} has a layer that etch-header does not know: ${error}")
    endif()
  endforeach()
endforeach()
list(LENGTH names count)
if(count LESS 20)
  message(FATAL_ERROR "the names of etch's layers are not found: ${names}")
endif()
wants(0 "" "${FILES}/unused.safetensors" "${out}" --ignored "critic.*" --ignored "log_*")
wants(0 "" "${FILES}/plain.safetensors" "${out}" --topology "input<2>,dense<8>, tanh,dense<1>,sigmoid")
wants(0 "" "${FILES}/tiny.safetensors" "${out}" --topology "input<2>, dense<8>, tanh, dense<1>, sigmoid")
wants(0 "" "${FILES}/large.safetensors" "${out}" --name NAME_HEADER --checker "${out}.cpp")
file(READ "${out}.cpp" text)
if(NOT text MATCHES "etched::NAME_HEADER_golden.agree\\(etched::NAME_HEADER, v\\)")
  message(FATAL_ERROR "the checker does not ask NAME_HEADER: ${text}")
endif()
wants(0 "" "${FILES}/two_classes.safetensors" "${out}" --without-golden)
file(READ "${out}" text)
if(text MATCHES "input_names|target_names" OR NOT text MATCHES "defined\\(net_class_names\\).*\"no\", \"yes\"")
  message(FATAL_ERROR "names that are not in the file, or no guard of those that are: ${text}")
endif()
wants(0 "" "${FILES}/no_golden.safetensors" "${out}" --without-golden)
file(READ "${out}" text)
if(NOT text MATCHES "NOTHING WAS CHECKED")
  message(FATAL_ERROR "the header does not say that nothing was checked")
endif()
if(failures)
  message(FATAL_ERROR "${failures} failures")
endif()
