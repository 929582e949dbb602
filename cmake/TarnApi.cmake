# TarnApi.cmake - the target api: the reference as pages, made from the headers.
# SPDX-License-Identifier: MIT
find_package(Python3 COMPONENTS Interpreter QUIET)
find_program(DOXYGEN doxygen)
if(NOT DOXYGEN OR NOT Python3_FOUND)
  return()
endif()
set(TARN_API_FOLDER "${PROJECT_BINARY_DIR}/api")
configure_file("${PROJECT_SOURCE_DIR}/docs/api/Doxyfile.in"
  "${PROJECT_BINARY_DIR}/Doxyfile" @ONLY)
add_custom_target(api VERBATIM
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${TARN_API_FOLDER}"
  COMMAND "${DOXYGEN}" "${PROJECT_BINARY_DIR}/Doxyfile"
  COMMENT "The reference: ${TARN_API_FOLDER}/index.html")
