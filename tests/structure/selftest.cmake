# Plants one violation after the other in a small tree of headers, and fails if the other scripts do not find it.
cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")

set(tree "${WORK_DIR}/planted")
set(scripts "${CMAKE_CURRENT_LIST_DIR}")

# With "// " as many columns as a line may have, but more bytes.
string(REPEAT "Σ" 117 most_columns)

# A tree without a violation.
macro(plant_valid_tree)
  file(REMOVE_RECURSE "${tree}")
  plant(core/config.hpp "#define ETCH_ONE 1\n#define ETCH_TWO 2\n#define ETCH_INLINE inline\n")
  plant(simd/registers.hpp "#include <etch/simd/target.hpp>\n")
  plant(simd/operations.hpp
        "#include <etch/core/config.hpp>\nvoid fma(auto a) = delete;  // avx: a fused operation [of lanes)\n")
  plant(simd/target.hpp
        "#include <etch/simd/operations.hpp>\n#ifdef __AVX__\n#include <etch/simd/target/avx.hpp>\n#endif\n")
  plant(simd/target/avx.hpp "#include <etch/simd/operations.hpp>\nETCH_INLINE int fma(int a) { return a; }\n")
  plant(layer/layer.hpp "#include <etch/simd/registers.hpp>\ninline int layers() { return 1; }\n")
  plant(optimizer/optimizer.hpp "#include <etch/core/config.hpp>\ninline int updates() { return 1; }\n")
  plant(loss/loss.hpp "#include <etch/core/config.hpp>\n// ${most_columns}\ninline int losses() { return 1; }\n")
  plant(training/trainer.hpp
        "#include <etch/loss/loss.hpp>\n\n#include <cstddef>\ninline std::size_t steps() { return 1; }\n")
  plant(etch.hpp
        "#include <etch/layer/layer.hpp>\n#include <etch/optimizer/optimizer.hpp>\n\
#include <etch/report/progress.hpp>\n#include <etch/report/text_table.hpp>\n")
  plant(report/text_table.hpp "#include <etch/core/config.hpp>\ninline int lines() { return 1; }\n")
  plant(report/progress.hpp "#include <etch/training/trainer.hpp>\n")
  plant(data/csv.hpp "inline int tables() { return 1; }\n")
  plant(inference.hpp "#include <etch/layer/layer.hpp>\n")
endmacro()
function(plant path text)
  file(WRITE "${tree}/etch/${path}" "#pragma once\n${text}")
endfunction()

function(run script result output)
  list(GET COMPILER 0 compiler)
  file(WRITE "${WORK_DIR}/planted_settings.cmake"
       "set(INCLUDE_DIR \"${tree}\")\nset(COMPILER \"${compiler};-std=c++20;-Wconversion;-I${tree}\")\n"
       "set(LEFT_OUT \"^$\")\nset(ARCHITECTURE \"${ARCHITECTURE}\")\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DSETTINGS=${WORK_DIR}/planted_settings.cmake"
                          "-DWORK_DIR=${WORK_DIR}/planted_work" ${ARGN} -P "${scripts}/${script}.cmake"
                  RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} "${status}" PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

# wants(<script> <sentence> <path> <text> [arguments]): with the file planted, the script fails with the sentence.
set(found 0)
macro(wants script sentence path text)
  plant_valid_tree()
  run(${script} status output ${ARGN})
  if(NOT status STREQUAL "0")
    message(FATAL_ERROR "${script} refuses a valid tree:\n${output}")
  endif()
  plant("${path}" "${text}")
  run(${script} status output ${ARGN})
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  string(FIND "${output}" "${sentence}" position)
  if(status STREQUAL "0" OR position EQUAL -1)
    message(FATAL_ERROR "${script} does not say \"${sentence}\" (status ${status}):\n${output}")
  endif()
  math(EXPR found "${found} + 1")
endmacro()

string(REPEAT "\n" 351 many_lines)
wants(hostile "do not compile after these macros" loss/mse.hpp
      "#include <algorithm>\ninline int least(int a, int b) { return std::min(a, b); }\n" -DAFTER=list)
wants(hostile "do not compile after these macros" loss/mse.hpp "inline int small = 1;\n" -DAFTER=list)
wants(hostile "do not compile after these macros" loss/mse.hpp
      "inline int makedev(int x) { return x; }\n" -DAFTER=unix)
wants(modules "but training comes after loss" loss/mse.hpp "#include <etch/training/trainer.hpp>\n")
wants(modules "but layer and optimizer do not use each other" layer/dense.hpp "#include <etch/optimizer/optimizer.hpp>\n")
wants(modules "but loss comes after layer" layer/dense.hpp "#include <etch/loss/loss.hpp>\n")
wants(modules "but io and report do not use each other" io/npy.hpp "#include <etch/report/text_table.hpp>\n")
wants(modules "but training comes after report" report/summary_text.hpp "#include <etch/training/trainer.hpp>\n")
wants(modules "which may need data and training" report/summary_text.hpp "#include <etch/report/progress.hpp>\n")
wants(modules "names xsimd" layer/dense.hpp "using pack = xsimd::batch<float>;\n")
wants(modules "names xsimd" simd/lanes.hpp "#include <xsimd/xsimd.hpp>\n")
wants(modules "names Hana" layer/dense.hpp "#include <boost/hana/tuple.hpp>\n")
wants(modules "#define ETCH_FOUR" layer/dense.hpp "  # define ETCH_FOUR 4\n")
wants(modules "352 lines, above 350" layer/dense.hpp "${many_lines}")
wants(modules "which does not exist" layer/dense.hpp "#include <etch/core/shapes.hpp>\n")
wants(modules "not <etch/module/file.hpp>" layer/dense.hpp "#include \"layer.hpp\"\n")
wants(modules "which includes every module" layer/dense.hpp "#include <etch/etch.hpp>\n")
wants(modules "there is no module layers" layers/dense.hpp "")
wants(modules "is in no module" dense.hpp "")
wants(modules "compares a name" loss/mse.hpp
      "template <class L>\nconstexpr bool is_softmax = std::string_view{L::name} == \"softmax\";\n")
wants(modules "compares a name" loss/mse.hpp "template <class L>\nconstexpr bool is_softmax = same_text(L::name, \"softmax\");\n")
wants(modules "compares a name" training/fit.hpp "constexpr bool is_sigmoid(auto last) { return \"sigmoid\" == last.name; }\n")
wants(modules "a deployed program needs no loss" inference.hpp "#include <etch/loss/loss.hpp>\n")
set(format "-DCLANG_FORMAT=${CLANG_FORMAT}" "-DSTYLE=${STYLE}" "-DFOLDER=${tree}" -DPARTS=etch)
run(format status output ${format})
if(NOT output MATCHES "^skipped: ")
  wants(format "layer/dense.hpp" layer/dense.hpp "inline int  layers() { return 1; }\n" ${format})
  wants(format "layer/dense.hpp" layer/dense.hpp "inline int* layers() {\n  return nullptr;\n}\n" ${format})
endif()
set(lines "-DFOLDER=${tree}" -DPARTS=etch)
wants(lines "layer/dense.hpp: 121 columns" layer/dense.hpp "// ${most_columns}x\n" ${lines})
wants(lines "layer/dense.hpp: 143 columns" layer/dense.hpp "const char* text = \"[;] ${most_columns}\";\n" ${lines})
set(avx "#include <etch/simd/operations.hpp>\n")
wants(targets "depends on the target by __AVX2__" simd/lanes.hpp "#if defined(__AVX2__)\n#endif\n")
wants(targets "depends on the target by __ARM_NEON" simd/target/avx.hpp "${avx}#ifdef __ARM_NEON\n#endif\n")
wants(targets "scale is in no row of simd/operations.hpp that names avx" simd/target/avx.hpp
      "${avx}ETCH_INLINE int fma(int a) { return a; }\nETCH_INLINE int scale(int a) { return a; }\n")
wants(targets "fma names avx, but simd/target/avx.hpp does not overload it" simd/target/avx.hpp "${avx}")
wants(targets "fma names neon, which simd/target.hpp does not include" simd/operations.hpp
      "void fma(auto a) = delete;  // avx neon: a fused operation\n")
wants(targets "neon.hpp is not included by simd/target.hpp" simd/target/neon.hpp "${avx}")
wants(targets "this row names no targets" simd/operations.hpp "void fma(auto a) = delete;  // fused\n")
wants(targets "a target's file knows nothing of lanes" simd/target/avx.hpp
      "#include <etch/simd/lanes.hpp>\nETCH_INLINE int fma(int a) { return a; }\n")
if(ARCHITECTURE MATCHES "x86_64" AND COMPILER MATCHES "-Wall")
  wants(targets "does not compile by itself" simd/target/avx.hpp "${avx}ETCH_INLINE int fma(int a) { return b; }\n")
endif()
if(COMPILER MATCHES "-Wall")
  wants(headers "layer/dense.hpp" layer/dense.hpp "std::vector<int> numbers();\n" -DMODULE=layer)
  wants(headers "layer/dense.hpp" layer/dense.hpp "inline void fail() { throw 1; }\n" -DMODULE=layer)
  wants(headers "layer/dense.hpp" layer/dense.hpp "inline float half(double x) { return x / 2; }\n" -DMODULE=layer)
  wants(macros "etch leaks #define BAD" layer/dense.hpp "#define BAD 1\n")
  wants(umbrella "does not reach etch/layer/dense.hpp" layer/dense.hpp "")
  wants(umbrella "which a deployed program does not need" layer/layer.hpp
      "#include <etch/simd/registers.hpp>\n#include <etch/training/trainer.hpp>\n")
wants(umbrella "which needs another library" layer/layer.hpp
      "#include <etch/simd/registers.hpp>\n#include <etch/data/csv.hpp>\n")
  # Headers with a function that is defined twice must not link.
  plant_valid_tree()
  plant(layer/layer.hpp "int layers() { return 1; }\n")
  file(WRITE "${WORK_DIR}/planted_work/a.cpp" "#include <etch/etch.hpp>\nint main() {}\n")
  file(WRITE "${WORK_DIR}/planted_work/b.cpp" "#include <etch/etch.hpp>\n")
  list(GET COMPILER 0 compiler)
  execute_process(COMMAND "${compiler}" -std=c++20 "-I${tree}" a.cpp b.cpp -o two
                  WORKING_DIRECTORY "${WORK_DIR}/planted_work" RESULT_VARIABLE status ERROR_VARIABLE output)
  if(status STREQUAL "0" OR NOT output MATCHES "multiple definition")
    message(FATAL_ERROR "a function without inline links:\n${output}")
  endif()
  math(EXPR found "${found} + 1")
endif()
file(REMOVE_RECURSE "${tree}" "${WORK_DIR}/planted_work")
message("${found} violations found")
