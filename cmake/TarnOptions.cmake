# TarnOptions.cmake - what can be chosen about a build. CMakePresets.json names
# the combinations that are tested.
# SPDX-License-Identifier: MIT

set(TARN_OS linux CACHE STRING
  "linux; hosted: standard C++ only; embedded: no operating system")
set_property(CACHE TARN_OS PROPERTY STRINGS linux hosted embedded)
if(NOT TARN_OS MATCHES "^(linux|hosted|embedded)$")
  message(FATAL_ERROR "TARN_OS is ${TARN_OS}: say linux, hosted or embedded")
endif()

set(TARN_SANITIZE "" CACHE STRING
  "what -fsanitize= gets, such as address,undefined or thread")

option(TARN_DEV "check our own invariants; no call takes a fast path" OFF)
option(TARN_JOIN_TESTS "few programs of tests, and not one for each file" ON)
option(TARN_TEST_POOLS "units, laws and threads, beside all other tests" ON)
option(TARN_FUZZ "build the laws as fuzz targets (clang)" OFF)
option(TARN_SHARED "build libtarn.so beside libtarn.a" ON)
option(TARN_INSTALL "make `cmake --install` install the library"
  ${PROJECT_IS_TOP_LEVEL})

# What only those who work on tarn need is left out of other projects' builds.
option(TARN_WARNINGS "every warning is an error" ${PROJECT_IS_TOP_LEVEL})
option(TARN_TESTS "build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TARN_TOOLS "build the tarn command" ${PROJECT_IS_TOP_LEVEL})
option(TARN_EXAMPLES "build the examples" ${PROJECT_IS_TOP_LEVEL})
option(TARN_PRECOMPILE "read the standard headers once, not for every file" OFF)
option(TARN_BENCH "build the measurements in bench/" OFF)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()
