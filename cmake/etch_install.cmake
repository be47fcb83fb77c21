# What `cmake --install` puts in place: the headers, and the package that find_package(etch) reads.
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
              cmake/etch_dependencies.cmake cmake/etch_embed.cmake tools/etch_header.cpp
        DESTINATION "${etch_package_folder}")
