# TarnPackage.cmake - Debian packages by CPack: libtarn0, libtarn-dev and, where
# the command was built, tarn. packaging/README.md says how.
# SPDX-License-Identifier: MIT

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tarn)
# Debian's policy (3.3) wants a name and an address that answers: those of
# whoever makes the package, said as to Debian's own tools. Where nobody says
# any, the address is one that can never be somebody else's (RFC 2606).
if(DEFINED ENV{DEBEMAIL} AND DEFINED ENV{DEBFULLNAME})
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
  set(CPACK_PACKAGE_CONTACT "the tarn authors <tarn@authors.invalid>")
  set(CPACK_TARN_HAS_NO_MAINTAINER ON)
endif()
# The number behind the version is that of the packaging, which has a changelog
# beside the project's; below 1, so that Debian's own would be newer.
set(CPACK_DEBIAN_PACKAGE_RELEASE 0.1)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
if(TARGET tarn-command)
  list(APPEND CPACK_COMPONENTS_ALL tools)
endif()
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/package_documents.cmake")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
if(DPKG_SHLIBDEPS AND NOT CMAKE_CROSSCOMPILING)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  # The command's libtarn.so.0 is in another package, which is not installed.
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
    "${PROJECT_BINARY_DIR}/src")
endif()

# package(COMPONENT NAME SECTION WHAT) - the project's sentence stands before
# what the package says of itself.
macro(package component name section what)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION
"A pool is a promise about lifetime: of a request, a frame, a document.
In exchange for it, memory costs less time, less space and no lock.
.
This package holds ${what}.")
endmacro()

package(runtime libtarn0 libs "the shared libraries")
package(development libtarn-dev libdevel "headers and the static library")
package(tools tarn devel
  "the command that tells whether a program would gain by it")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libtarn0 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS
  "libtarn0 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/packaging/debian/triggers")
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS
  "valgrind, libjemalloc2, libtcmalloc-minimal4, libmimalloc2.0, libapr1")

include(CPack)
