# TarnOneFile.cmake - the target one_file: tarn_fixed.hpp and tarn_fixed.h, the
# pools of a fixed budget as two files to take along, in build/PRESET/one_file.
# SPDX-License-Identifier: MIT
find_package(Python3 COMPONENTS Interpreter QUIET)
if(NOT Python3_FOUND)
  return()
endif()
set(folder "${PROJECT_BINARY_DIR}/one_file")
set(files "${folder}/tarn_fixed.hpp" "${folder}/tarn_fixed.h")
set(script "${PROJECT_SOURCE_DIR}/tools/one_file.py")
file(GLOB_RECURSE read_by_it CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/include/*.h*" "${PROJECT_SOURCE_DIR}/src/*.?pp")
add_custom_command(OUTPUT ${files} VERBATIM
  COMMAND "${Python3_EXECUTABLE}" "${script}" "${folder}"
  DEPENDS "${script}" ${read_by_it} "${PROJECT_SOURCE_DIR}/src/README.md"
  COMMENT "tarn_fixed.hpp and tarn_fixed.h: ${folder}")
if(TARN_INSTALL)
  add_custom_target(one_file ALL DEPENDS ${files})
  install(FILES ${files} DESTINATION "${CMAKE_INSTALL_DATADIR}/tarn"
    COMPONENT development)
else()
  add_custom_target(one_file DEPENDS ${files})
endif()
