# The headers that etch includes, and the libraries of its optional components. Used twice: by etch's own build, and,
# installed beside etchConfig.cmake, by find_package(etch). Everything here is found on the machine that builds, so an
# installed etch holds no path of the machine that installed it.
#
#   etch::hana_headers   Boost.Hana, from Boost's headers or from the fetched release
#   etch::xsimd_headers  xsimd
#   etch::csv            etch and libcsv, for etch/data/csv.hpp         (only where libcsv is found)
#   etch::gzip           etch and zlib, for etch/data/idx_gzip.hpp      (only where zlib is found)
#   etch::npz            etch and libzip, for etch/io/npz.hpp           (only where libzip is found)
include_guard(GLOBAL)

# Headers only, whichever way they come: xsimd 8.1's own target asks the linker for -lxtl, which does not exist.
function(etch_add_headers name existing_target header fetched_folder)
  if(TARGET etch::${name}_headers)
    return()
  endif()
  if(TARGET ${existing_target})  # the user's project has brought its own
    set(folder "$<TARGET_PROPERTY:${existing_target},INTERFACE_INCLUDE_DIRECTORIES>")
  else()
    find_path(ETCH_${name}_INCLUDE_DIR ${header} DOC "The folder that holds ${header}")
    mark_as_advanced(ETCH_${name}_INCLUDE_DIR)
    set(folder "${ETCH_${name}_INCLUDE_DIR}")
    if(NOT folder)
      set(folder "${fetched_folder}")
    endif()
    if(NOT folder)
      return()
    endif()
  endif()
  add_library(etch::${name}_headers INTERFACE IMPORTED GLOBAL)
  set_target_properties(etch::${name}_headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folder}")
endfunction()

# etch_find_dependencies([FETCH <bool>] [REQUIRED]): Hana and xsimd from the user's project, from the system, or fetched.
function(etch_find_dependencies)
  cmake_parse_arguments(PARSE_ARGV 0 arg "REQUIRED" "FETCH" "")
  etch_add_headers(hana Boost::hana boost/hana/tuple.hpp "")
  etch_add_headers(xsimd xsimd xsimd/xsimd.hpp "")
  if(arg_FETCH)
    include(etch_fetch)
    if(NOT TARGET etch::hana_headers)
      etch_fetch_sources(hana)
      etch_add_headers(hana Boost::hana boost/hana/tuple.hpp "${hana_SOURCE_DIR}/include")
    endif()
    if(NOT TARGET etch::xsimd_headers)
      etch_fetch_sources(xsimd)
      etch_add_headers(xsimd xsimd xsimd/xsimd.hpp "${xsimd_SOURCE_DIR}/include")
    endif()
  endif()
  if(arg_REQUIRED)
    foreach(name hana xsimd)
      if(NOT TARGET etch::${name}_headers)
        message(FATAL_ERROR "etch: the headers of ${name} are not found. Install them (Debian: apt-get install "
                            "libboost-dev libxsimd-dev), set ETCH_${name}_INCLUDE_DIR, or configure with "
                            "-DETCH_FETCH=ON, which fetches a pinned release.")
      endif()
    endforeach()
  endif()
endfunction()

# A component that is etch and one library.
function(etch_add_component name header library)
  if(TARGET etch::${name})
    return()
  endif()
  find_path(ETCH_${name}_INCLUDE_DIR ${header} DOC "The folder that holds ${header}")
  find_library(ETCH_${name}_LIBRARY ${library} DOC "The library lib${library}")
  mark_as_advanced(ETCH_${name}_INCLUDE_DIR ETCH_${name}_LIBRARY)
  if(ETCH_${name}_INCLUDE_DIR AND ETCH_${name}_LIBRARY)
    add_library(etch::${name} INTERFACE IMPORTED GLOBAL)
    set_target_properties(etch::${name} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${ETCH_${name}_INCLUDE_DIR}"
                                                   INTERFACE_LINK_LIBRARIES "etch::etch;${ETCH_${name}_LIBRARY}")
  endif()
endfunction()

# The optional components, each where its library is.
function(etch_find_components)
  etch_add_component(csv csv.h csv)
  etch_add_component(npz zip.h zip)
  if(NOT TARGET etch::gzip)
    find_package(ZLIB QUIET)
    if(ZLIB_FOUND)
      add_library(etch::gzip INTERFACE IMPORTED GLOBAL)  # by path: ZLIB::ZLIB is known only in this folder
      set_target_properties(etch::gzip PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${ZLIB_INCLUDE_DIRS}"
                                                  INTERFACE_LINK_LIBRARIES "etch::etch;${ZLIB_LIBRARIES}")
    endif()
  endif()
endfunction()
