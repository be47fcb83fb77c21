# ETCH_PYTHON: a Python 3 that has PyTorch and ONNX, which need not be the first on the PATH; for the tests of python/
# and for the example deploy_policy. ETCH_PYTHON-NOTFOUND if there is none.
include_guard(GLOBAL)

function(etch_python_has_torch result python)
  execute_process(COMMAND "${python}" -c "import numpy, onnx, torch" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(failed)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()
find_program(ETCH_PYTHON NAMES python3 HINTS ENV VIRTUAL_ENV PATHS /usr/bin VALIDATOR etch_python_has_torch
             DOC "A Python 3 with numpy, torch and onnx")
mark_as_advanced(ETCH_PYTHON)
