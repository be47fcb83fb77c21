# The headers that etch includes, and the libraries of its optional components. Used twice: by etch's own build, and,
# installed next to etchConfig.cmake, by find_package(etch). Everything here is searched on the build machine, so an
# installed etch contains no path of the machine that installed it.
#
#   etch::hana_headers   Boost.Hana, from Boost's headers or from the fetched release
#   etch::xsimd_headers  xsimd; empty if it is not found and the target has no registers that etch uses
#   etch::csv            etch and libcsv, for etch/data/csv.hpp         (only if libcsv is found)
#   etch::gzip           etch and zlib, for etch/data/idx_gzip.hpp      (only if zlib is found)
#   etch::npz            etch and libzip, for etch/io/npz.hpp           (only if libzip is found)
include_guard(GLOBAL)

# Headers only, whichever way they come: xsimd 8.1's own target asks the linker for -lxtl, which does not exist.
#
# When cross-compiling, the same headers are taken from the build machine. They get a folder of their own that
# contains just a link to them, since a search in /usr/include would also find the wrong C library.
function(etch_add_headers name existing_target header fetched_folder)
  if(TARGET etch::${name}_headers)
    return()
  endif()
  if(TARGET ${existing_target})  # the user's project has brought its own
    set(folder "$<TARGET_PROPERTY:${existing_target},INTERFACE_INCLUDE_DIRECTORIES>")
  else()
    find_path(ETCH_${name}_INCLUDE_DIR ${header} DOC "The folder that holds ${header}")
    # Toolchain files confine find_path to the target's folders.
    if(CMAKE_CROSSCOMPILING AND NOT ETCH_${name}_INCLUDE_DIR)
      find_path(ETCH_${name}_INCLUDE_DIR ${header} PATHS /usr/include /usr/local/include /opt/homebrew/include
                NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
    endif()
    mark_as_advanced(ETCH_${name}_INCLUDE_DIR)
    set(folder "${ETCH_${name}_INCLUDE_DIR}")
    if(NOT folder)
      set(folder "${fetched_folder}")
    endif()
    if(NOT folder)
      return()
    endif()
    if(CMAKE_CROSSCOMPILING)
      cmake_path(GET header PARENT_PATH linked)  # boost/hana, xsimd
      set(private "${CMAKE_BINARY_DIR}/etch_headers/${name}")
      cmake_path(GET linked PARENT_PATH parent)
      file(MAKE_DIRECTORY "${private}/${parent}")
      file(CREATE_LINK "${folder}/${linked}" "${private}/${linked}" SYMBOLIC RESULT failed)
      if(failed)
        message(STATUS "etch: no link to ${folder}/${linked} can be made (${failed}), so all of ${folder} is searched")
      else()
        set(folder "${private}")
      endif()
    endif()
  endif()
  add_library(etch::${name}_headers INTERFACE IMPORTED GLOBAL)
  set_target_properties(etch::${name}_headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folder}")
endfunction()

# etch_find_dependencies([FETCH <bool>] [REQUIRED]): Hana and xsimd from the user's project, from the system, or
# fetched.
function(etch_find_dependencies)
  cmake_parse_arguments(PARSE_ARGV 0 arg "REQUIRED" "FETCH" "")
  etch_add_headers(hana Boost::hana boost/hana/tuple.hpp "")
  etch_add_headers(xsimd xsimd xsimd/xsimd.hpp "")
  if(NOT TARGET etch::xsimd_headers AND CMAKE_SYSTEM_PROCESSOR
     AND NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^([xX]86|[xX]64|AMD64|amd64|i[3-6]86|aarch64|arm64|ARM64)")
    add_library(etch::xsimd_headers INTERFACE IMPORTED GLOBAL)  # scalar code: etch does not include it
  endif()
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

# A component that consists of etch and one library.
function(etch_add_component name header library)
  if(TARGET etch::${name})
    return()
  endif()
  find_path(ETCH_${name}_INCLUDE_DIR ${header} DOC "The folder that holds ${header}")
  find_library(ETCH_${name}_LIBRARY ${library} DOC "The library lib${library}")
  mark_as_advanced(ETCH_${name}_INCLUDE_DIR ETCH_${name}_LIBRARY)
  if(ETCH_${name}_INCLUDE_DIR AND ETCH_${name}_LIBRARY)
    add_library(etch::${name} INTERFACE IMPORTED GLOBAL)
    string(TOUPPER ${name} upper)
    set_target_properties(etch::${name} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${ETCH_${name}_INCLUDE_DIR}"
                                                   INTERFACE_COMPILE_DEFINITIONS ETCH_LINKS_${upper}=1
                                                   INTERFACE_LINK_LIBRARIES "etch::etch;${ETCH_${name}_LIBRARY}")
  endif()
endfunction()

# The optional components, each if its library is found.
function(etch_find_components)
  etch_add_component(csv csv.h csv)
  etch_add_component(npz zip.h zip)
  if(NOT TARGET etch::gzip)
    find_package(ZLIB QUIET)
    if(ZLIB_FOUND)
      add_library(etch::gzip INTERFACE IMPORTED GLOBAL)  # by path: ZLIB::ZLIB is known only in this folder
      set_target_properties(etch::gzip PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${ZLIB_INCLUDE_DIRS}"
                                                  INTERFACE_COMPILE_DEFINITIONS ETCH_LINKS_GZIP=1
                                                  INTERFACE_LINK_LIBRARIES "etch::etch;${ZLIB_LIBRARIES}")
    endif()
  endif()
endfunction()
