# install.cmake - libtarn as its users meet it: installed, found, linked, run.
# SPDX-License-Identifier: MIT
enable_language(C)
find_program(PKG_CONFIG pkg-config)
foreach(step IN ITEMS install find_package add_subdirectory pkg_config symbols)
  if(step STREQUAL pkg_config AND NOT PKG_CONFIG)
    continue()
  endif()
  add_test(NAME install.${step} COMMAND
    "${CMAKE_CURRENT_SOURCE_DIR}/install/run.sh" ${step} "${PROJECT_BINARY_DIR}"
    "${CMAKE_CURRENT_BINARY_DIR}/installed" "${CMAKE_COMMAND}"
    "${CMAKE_C_COMPILER}" "${CMAKE_CXX_COMPILER}")
  set_tests_properties(install.${step} PROPERTIES TIMEOUT 300)
  if(step STREQUAL install)
    set_tests_properties(install.install PROPERTIES FIXTURES_SETUP installed)
  else()
    set_tests_properties(install.${step} PROPERTIES FIXTURES_REQUIRED installed)
  endif()
endforeach()
