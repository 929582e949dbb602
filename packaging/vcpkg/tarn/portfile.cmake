# portfile.cmake - builds the sources that this port lies in; packaging/README.md
# says how to use it. The static library only: with both in one place vcpkg
# cannot tell which a program gets.
# SPDX-License-Identifier: MIT
vcpkg_check_linkage(ONLY_STATIC_LIBRARY)
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DTARN_SHARED=OFF
    -DTARN_TESTS=OFF
    -DTARN_TOOLS=OFF
    -DTARN_EXAMPLES=OFF
    -DTARN_WARNINGS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME tarn CONFIG_PATH lib/cmake/tarn)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage"
  DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
