# etch_check_target(<function> <target> <types> <complaint>): stops the configuration if the target that was passed to
# `function` is not a target of this project of one of these types (a regular expression).
include_guard(GLOBAL)
function(etch_check_target function target types complaint)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "${function}: there is no target ${target}")
  endif()
  get_target_property(type ${target} TYPE)
  get_target_property(imported ${target} IMPORTED)
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(imported OR aliased OR NOT type MATCHES "^(${types})$")
    message(FATAL_ERROR "${function}: ${target} ${complaint}")
  endif()
endfunction()
