# Pinned releases of what the system lacks. A folder in FETCHCONTENT_SOURCE_DIR_<NAME> (upper case) is used as it is.
include_guard(GLOBAL)
include(FetchContent)

# Only the sources are wanted of these: SOURCE_SUBDIR names a folder without a CMakeLists.txt, so none is run.
FetchContent_Declare(hana GIT_REPOSITORY https://github.com/boostorg/hana.git GIT_TAG boost-1.83.0 GIT_SHALLOW ON
                     SOURCE_SUBDIR only-headers SYSTEM)
FetchContent_Declare(xsimd GIT_REPOSITORY https://github.com/xtensor-stack/xsimd.git GIT_TAG 13.2.0 GIT_SHALLOW ON
                     SOURCE_SUBDIR only-headers SYSTEM)
# These are built.
FetchContent_Declare(Catch2 GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.7.1 GIT_SHALLOW ON SYSTEM)
FetchContent_Declare(benchmark GIT_REPOSITORY https://github.com/google/benchmark.git GIT_TAG v1.8.3 GIT_SHALLOW ON
                     SYSTEM)

# A macro, so that <name>_SOURCE_DIR is set for the caller.
macro(etch_fetch_sources name)
  message(STATUS "etch: fetching ${name}, which this system lacks")
  FetchContent_MakeAvailable(${name})
endmacro()
