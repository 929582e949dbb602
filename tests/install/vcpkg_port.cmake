# vcpkg_port.cmake - runs packaging/vcpkg/tarn/portfile.cmake as vcpkg does,
# with stand-ins of the functions that it calls: what each is given must exist,
# and the package must hold what vcpkg demands. ROOT, WORK: folders.
# SPDX-License-Identifier: MIT
set(PORT tarn)
set(CURRENT_PACKAGES_DIR "${WORK}/packages/tarn")
file(REMOVE_RECURSE "${WORK}")
set(port "${ROOT}/packaging/vcpkg/tarn")

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(demand file)
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/${file}")
    message(FATAL_ERROR "the port installs no ${file}")
  endif()
endfunction()

function(vcpkg_check_linkage)
  if(NOT ARGN STREQUAL ONLY_STATIC_LIBRARY)
    message(FATAL_ERROR "vcpkg_check_linkage does not know ${ARGN}")
  endif()
endfunction()

# Where files go is asked, for which the pools alone do.
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 asked "" SOURCE_PATH OPTIONS)
  run("${CMAKE_COMMAND}" -S "${asked_SOURCE_PATH}" -B "${WORK}/build"
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=10
    -DTARN_PRECOMPILE=ON -DTARN_OS=hosted
    "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}" ${asked_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --build "${WORK}/build" -j 2)
  run("${CMAKE_COMMAND}" --install "${WORK}/build")
endfunction()

# Moves the CMake files to share/, where vcpkg wants them.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 asked "" "PACKAGE_NAME;CONFIG_PATH" "")
  demand("${asked_CONFIG_PATH}/${asked_PACKAGE_NAME}-config.cmake")
endfunction()

function(vcpkg_fixup_pkgconfig)
  demand(lib/pkgconfig/tarn.pc)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 asked "" "" FILE_LIST)
  configure_file("${asked_FILE_LIST}"
    "${CURRENT_PACKAGES_DIR}/share/tarn/copyright" COPYONLY)
endfunction()

include("${port}/portfile.cmake")

foreach(file IN ITEMS lib/libtarn.a include/tarn/region.hpp include/tarn/tarn.h
    share/tarn/usage share/tarn/copyright)
  demand(${file})
endforeach()
foreach(stray IN ITEMS bin debug/include lib/libtarn.so)
  if(EXISTS "${CURRENT_PACKAGES_DIR}/${stray}")
    message(FATAL_ERROR "the port installs ${stray}, which vcpkg refuses")
  endif()
endforeach()

# The version is said in four places, and is one.
file(READ "${port}/vcpkg.json" manifest)
string(JSON said GET "${manifest}" version)
file(STRINGS "${ROOT}/CMakeLists.txt" line REGEX "^project\\(tarn VERSION ")
if(NOT line MATCHES "VERSION ${said} ")
  message(FATAL_ERROR "vcpkg.json says ${said}, CMakeLists.txt says: ${line}")
endif()
file(READ "${ROOT}/include/tarn/tarn.h" header)
string(REGEX MATCHALL "TARN_VERSION_(MAJOR|MINOR|PATCH) [0-9]+" parts "${header}")
list(TRANSFORM parts REPLACE ".* " "")
list(JOIN parts "." in_header)
if(NOT in_header STREQUAL said)
  message(FATAL_ERROR "vcpkg.json says ${said}, tarn.h says ${in_header}")
endif()
file(STRINGS "${ROOT}/CHANGELOG.md" line REGEX "^## \\[${said}\\]")
if(NOT line)
  message(FATAL_ERROR "CHANGELOG.md has no section for ${said}")
endif()
