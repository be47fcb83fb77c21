# Mistakes with several builds end the build with a sentence: a network that crosses from one build into another, code
# that runs before main(), and wrong arguments of the CMake functions.
# COMPILER, FLAGS (the include folders), OBJDUMP, OBJCOPY, PROJECT_DIR, WORK_DIR, GENERATOR, MAKE_PROGRAM
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK_DIR}")

function(refuse what sentence)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " flat "${output}")
  if(status STREQUAL "0" OR NOT flat MATCHES "${sentence}")
    message(FATAL_ERROR "${what}: ${status}, and not \"${sentence}\" but\n${output}")
  endif()
endfunction()
function(compile file object)
  execute_process(COMMAND "${COMPILER}" -std=c++20 ${ARGN} ${FLAGS} -c "${file}" -o "${object}"
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# A function for a network of one build, called with that of another.
set(head "#include <etch/inference.hpp>\nusing policy = etch::network<etch::input<2>, etch::dense<1>>;\n")
file(WRITE "${WORK_DIR}/ask.cpp" "${head}bool ask(const policy* net) { return net != nullptr; }\n")
file(WRITE "${WORK_DIR}/main.cpp" "${head}bool ask(const policy*);\nint main() { return ask(nullptr); }\n")
compile("${WORK_DIR}/main.cpp" "${WORK_DIR}/main.o" -O0 -march=x86-64)
compile("${WORK_DIR}/ask.cpp" "${WORK_DIR}/ask.o" -O0 -march=x86-64)
execute_process(COMMAND "${COMPILER}" "${WORK_DIR}/main.o" "${WORK_DIR}/ask.o" -o "${WORK_DIR}/program"
                COMMAND_ERROR_IS_FATAL ANY)
compile("${WORK_DIR}/ask.cpp" "${WORK_DIR}/ask.o" -O0 -march=x86-64-v3)
refuse("a network of another build" "undefined (reference|symbol).*ask\\(etch::on_sse2_O0::[a-z_]*network<"
       "${COMPILER}" "${WORK_DIR}/main.o" "${WORK_DIR}/ask.o" -o "${WORK_DIR}/program")

# A global object with a constructor, and what the sentence says to write instead.
set(object "${WORK_DIR}/etch_builds/game/late.x86-64-v3.cpp.o")
set(separate "${CMAKE_COMMAND}" "-DOBJECTS=${object}" "-DOBJDUMP=${OBJDUMP}" "-DOBJCOPY=${OBJCOPY}"
             -DWITHOUT_STARTUP=x86-64-v3 -P "${PROJECT_DIR}/cmake/etch_separate_builds.cmake")
file(MAKE_DIRECTORY "${WORK_DIR}/etch_builds/game")
set(type "struct table { table(); int size; };\n")
file(WRITE "${WORK_DIR}/late.cpp" "${type}#ifdef FIRST
__attribute__((init_priority(101)))
#endif
table late;\n")
compile("${WORK_DIR}/late.cpp" "${object}" -O2)
refuse("a constructor before main" "etch_multi_isa: late has a global object whose constructor runs before main\\(\\)"
       ${separate})
foreach(options IN ITEMS -fsanitize=address -DFIRST)
  compile("${WORK_DIR}/late.cpp" "${object}" -O2 ${options})
  refuse("a constructor before main with ${options}" "etch_multi_isa: late has a global object" ${separate})
endforeach()
file(WRITE "${WORK_DIR}/late.cpp" "${type}table& late() { static table one; return one; }\nconstinit int two = 2;\n")
compile("${WORK_DIR}/late.cpp" "${object}" -O2)
execute_process(COMMAND ${separate} COMMAND_ERROR_IS_FATAL ANY)
foreach(options IN ITEMS -fsanitize=address --coverage)  # each has code of its own before main()
  compile("${WORK_DIR}/late.cpp" "${object}" -O2 ${options})
  execute_process(COMMAND ${separate} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# Wrong arguments. The project has no language, which is enough to see the functions refuse, and takes no time.
function(refuse_call call sentence)
  file(WRITE "${WORK_DIR}/project/CMakeLists.txt" "cmake_minimum_required(VERSION 3.25)
project(game LANGUAGES NONE)
set(CMAKE_CXX_COMPILER_ID GNU)
set(CMAKE_SIZEOF_VOID_P 8)
include(\"${PROJECT_DIR}/cmake/etch_builds.cmake\")
add_executable(game main.cpp)
add_library(headers INTERFACE)
add_executable(other::game ALIAS game)
${call}
message(FATAL_ERROR \"it was accepted\")
")
  refuse("${call}" "${sentence}" "${CMAKE_COMMAND}" -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
         -S "${WORK_DIR}/project" -B "${WORK_DIR}/project/build")
endfunction()
file(WRITE "${WORK_DIR}/project/walk.cpp" "")
file(WRITE "${WORK_DIR}/project/main.cpp" "")
foreach(name IN ITEMS etch_multi_isa etch_optimize)
  refuse_call("${name}(TARGET game SOURCES walk.cpp)" "it was accepted")
  foreach(arguments IN ITEMS "" "TARGET game" "SOURCES walk.cpp" "TARGET game SOURCES" "game SOURCES walk.cpp"
                             "TARGET game walk.cpp")
    refuse_call("${name}(${arguments})" "usage: ${name}\\(TARGET <target> SOURCES <file.cpp>")
  endforeach()
  refuse_call("${name}(TARGET gmae SOURCES walk.cpp)" "${name}: there is no target gmae")
  foreach(target IN ITEMS headers other::game)
    refuse_call("${name}(TARGET ${target} SOURCES walk.cpp)" "${name}: ${target} must be a program or a static")
  endforeach()
  file(WRITE "${WORK_DIR}/project/inner/CMakeLists.txt" "${name}(TARGET game SOURCES ../walk.cpp)\n")
  refuse_call("add_subdirectory(inner)" "${name}: game is defined in .*project: call it there")
  refuse_call("${name}(TARGET game SOURCES wlak.cpp)" "etch: game: wlak.cpp does not exist")
  refuse_call("${name}(TARGET game SOURCES main.cpp)" "${name}: main.cpp is already a source of game")
endforeach()
refuse_call("etch_multi_isa(TARGET game SOURCES walk.cpp VARIANTS avx2)" "etch_multi_isa: avx2 is not one of baseline")
refuse_call("etch_multi_isa(TARGET game SOURCES walk.cpp)
etch_multi_isa(TARGET game SOURCES walk.cpp VARIANTS x86-64-v2)" "etch_multi_isa: game already has the builds")
message("each mistake has its sentence")
