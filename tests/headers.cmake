# headers.cmake - every header compiles alone, and twice over.
# SPDX-License-Identifier: MIT
test_sources(headers "${PROJECT_SOURCE_DIR}/include/tarn/*.hpp")
test_sources(private "${PROJECT_SOURCE_DIR}/src/*/*.hpp")
find_path(FMT_INCLUDE fmt/format.h)
set(alone "")
set(public "")
foreach(header IN LISTS headers private)
  if(header MATCHES "tarn/format\\.hpp$" AND NOT FMT_INCLUDE)
    continue()
  endif()
  if(NOT TARN_OS STREQUAL linux AND
      header MATCHES "/src/(os|thread|span)/|tarn/(system|describe|stats)\\.hpp$")
    continue()
  endif()
  file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${header}")
  string(MAKE_C_IDENTIFIER "${name}" stub)
  set(stub "${CMAKE_CURRENT_BINARY_DIR}/headers/${stub}.cpp")
  file(CONFIGURE OUTPUT "${stub}" @ONLY
    CONTENT "#include \"@header@\"\n#include \"@header@\"\n")
  list(APPEND alone "${stub}")
  if(name MATCHES "^include/tarn/")
    string(APPEND public "#include \"${header}\"\n")
  endif()
endforeach()
# The public ones at once, for clang-tidy.
set(stub "${CMAKE_CURRENT_BINARY_DIR}/headers/include_tarn.cpp")
file(CONFIGURE OUTPUT "${stub}" @ONLY CONTENT "${public}")
list(APPEND alone "${stub}")
add_library(headers_alone OBJECT ${alone})
tarn_compile_options(headers_alone)
target_link_libraries(headers_alone PRIVATE tarn::tarn)
target_include_directories(headers_alone PRIVATE "${PROJECT_SOURCE_DIR}/src")

enable_language(C)
set(stub "${CMAKE_CURRENT_BINARY_DIR}/headers/tarn_h.c")
file(CONFIGURE OUTPUT "${stub}" @ONLY CONTENT
  "#include <tarn/tarn.h>\n#include <tarn/tarn.h>\ntypedef int not_empty;\n")
add_library(c_header_alone OBJECT "${stub}")
target_link_libraries(c_header_alone PRIVATE tarn::tarn)
target_compile_options(c_header_alone PRIVATE -Wall -Wextra -Wpedantic -Wshadow
  -Wconversion -Werror -std=c11)
