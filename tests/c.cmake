# c.cmake - what C asks of fixed.h: the same text as C99 and as C++.
# SPDX-License-Identifier: MIT
enable_language(C)
set(strict -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

set(stub "${CMAKE_CURRENT_BINARY_DIR}/c/fixed.cpp")
file(CONFIGURE OUTPUT "${stub}" @ONLY
  CONTENT "#include \"@CMAKE_CURRENT_SOURCE_DIR@/c/fixed.c\"\n")
add_executable(c_fixed c/fixed.c)
target_compile_options(c_fixed PRIVATE -std=c99 ${strict})
add_executable(c_fixed_in_cpp "${stub}")
target_compile_options(c_fixed_in_cpp PRIVATE ${strict})
foreach(program IN ITEMS c_fixed c_fixed_in_cpp)
  target_link_libraries(${program} PRIVATE tarn::tarn)
  set_target_properties(${program} PROPERTIES LINKER_LANGUAGE CXX)
  string(REPLACE "c_" "c." test ${program})
  add_test(NAME ${test} COMMAND ${program})
  set_tests_properties(${test} PROPERTIES LABELS pools TIMEOUT 60)
endforeach()
