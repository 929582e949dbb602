# compile_fail.cmake - what must not compile, and in which words.
# SPDX-License-Identifier: MIT
test_sources(refused "compile_fail/*.cpp")
foreach(source IN LISTS refused)
  # What one compiler knows is asked of it alone.
  file(STRINGS "${source}" only REGEX "^// ONLY (GNU|Clang)$")
  if(only AND NOT only STREQUAL "// ONLY ${CMAKE_CXX_COMPILER_ID}")
    continue()
  endif()
  get_filename_component(stem "${source}" NAME_WE)
  add_test(NAME compile_fail.${stem} COMMAND
    "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/run.sh" "${source}"
    "${CMAKE_CXX_COMPILER}" -std=c++20 -Wall -Wextra -Werror
    "-I${PROJECT_SOURCE_DIR}/include")
endforeach()
