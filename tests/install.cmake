# install.cmake - libtarn as its users meet it: installed, found, linked, run.
# SPDX-License-Identifier: MIT
enable_language(C)

# install_test(STEP [PROGRAM...]) - left out where a program that the step needs
# is not there.
function(install_test step)
  foreach(needed IN LISTS ARGN)
    find_program(FOUND_${needed} ${needed})
    if(NOT FOUND_${needed})
      message(STATUS "The test install.${step} is left out: no ${needed}")
      return()
    endif()
  endforeach()
  add_test(NAME install.${step} COMMAND
    "${CMAKE_CURRENT_SOURCE_DIR}/install/run.sh" ${step} "${PROJECT_BINARY_DIR}"
    "${CMAKE_CURRENT_BINARY_DIR}/installed" "${CMAKE_COMMAND}"
    "${CMAKE_C_COMPILER}" "${CMAKE_CXX_COMPILER}" "${CMAKE_TOOLCHAIN_FILE}"
    "${CMAKE_CROSSCOMPILING_EMULATOR}")
  set_tests_properties(install.${step} PROPERTIES LABELS install TIMEOUT 600)
  if(step STREQUAL install)
    set_tests_properties(install.install PROPERTIES FIXTURES_SETUP installed)
  else()
    set_tests_properties(install.${step} PROPERTIES FIXTURES_REQUIRED installed)
  endif()
endfunction()

install_test(install)
install_test(find_package)
install_test(pkg_config pkg-config)
if(CMAKE_CROSSCOMPILING)
  return()
endif()
install_test(add_subdirectory)
install_test(fetch_content git)
install_test(readme python3)
install_test(symbols)
install_test(moved pkg-config)
install_test(debian dpkg-deb pkg-config)

add_test(NAME install.vcpkg COMMAND "${CMAKE_COMMAND}"
  "-DROOT=${PROJECT_SOURCE_DIR}" "-DWORK=${CMAKE_CURRENT_BINARY_DIR}/vcpkg"
  -P "${CMAKE_CURRENT_SOURCE_DIR}/install/vcpkg_port.cmake")
# It builds the library by itself: not as the last one, on one processor.
set_tests_properties(install.vcpkg PROPERTIES COST 500)
find_program(CONAN conan)
if(CONAN)
  add_test(NAME install.conan COMMAND
    "${CMAKE_CURRENT_SOURCE_DIR}/install/conan.sh"
    "${CMAKE_CURRENT_BINARY_DIR}/conan")
  set_tests_properties(install.conan PROPERTIES TIMEOUT 600)
else()
  message(STATUS "The test install.conan is left out: no conan")
endif()
if(TARN_TOOLS)
  find_program(MANDOC mandoc)
  if(NOT MANDOC)
    set(MANDOC "")
  endif()
  add_test(NAME install.tools COMMAND
    "${CMAKE_CURRENT_SOURCE_DIR}/install/tools.sh"
    "${CMAKE_CURRENT_BINARY_DIR}/installed/tree" "${PROJECT_BINARY_DIR}/tools"
    "${CMAKE_CURRENT_BINARY_DIR}/installed" ${MANDOC})
  set_tests_properties(install.tools PROPERTIES FIXTURES_REQUIRED installed
    TIMEOUT 300)
endif()
