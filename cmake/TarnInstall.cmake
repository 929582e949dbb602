# TarnInstall.cmake - find_package(tarn) and pkg-config for who uses libtarn.
# SPDX-License-Identifier: MIT
include(CMakePackageConfigHelpers)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/tarn")
set(libraries tarn_static)
if(TARGET tarn_shared)
  list(APPEND libraries tarn_shared)
endif()

install(TARGETS ${libraries} EXPORT tarn-targets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/tarn"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT tarn-targets NAMESPACE tarn:: DESTINATION "${package}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/tarn-config.cmake.in"
  "${PROJECT_BINARY_DIR}/tarn-config.cmake" INSTALL_DESTINATION "${package}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tarn-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tarn-config.cmake"
  "${PROJECT_BINARY_DIR}/tarn-config-version.cmake" DESTINATION "${package}")

configure_file("${PROJECT_SOURCE_DIR}/cmake/tarn.pc.in"
  "${PROJECT_BINARY_DIR}/tarn.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tarn.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
