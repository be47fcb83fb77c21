# What `cmake --install` puts in place: the headers, the package that find_package(etch) reads, and etch.pc for
# pkg-config.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(etch_package_folder "${CMAKE_INSTALL_DATADIR}/cmake/etch")
install(DIRECTORY include/etch DESTINATION include FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(TARGETS etch EXPORT etchTargets)
install(EXPORT etchTargets NAMESPACE etch:: DESTINATION "${etch_package_folder}")
configure_package_config_file(cmake/etchConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/etchConfig.cmake"
                              INSTALL_DESTINATION "${etch_package_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/etchConfigVersion.cmake" COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/etchConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/etchConfigVersion.cmake"
              cmake/etch_advice.cmake cmake/etch_builds.cmake cmake/etch_check_target.cmake
               cmake/etch_dependencies.cmake
              cmake/etch_embed.cmake cmake/etch_separate_builds.cmake tools/etch_header.cpp
        DESTINATION "${etch_package_folder}")

# In share/, since nothing in it depends on the architecture; its paths are relative to itself.
set(etch_pc_folder "${CMAKE_INSTALL_DATADIR}/pkgconfig")
file(RELATIVE_PATH etch_pc_prefix "/${etch_pc_folder}" "/")
string(REGEX REPLACE "/$" "" etch_pc_prefix "${etch_pc_prefix}")
set(etch_pc_header_source "${etch_package_folder}/etch_header.cpp")
configure_file(cmake/etch.pc.in "${CMAKE_CURRENT_BINARY_DIR}/etch.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/etch.pc" DESTINATION "${etch_pc_folder}")
