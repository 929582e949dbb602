# compile_fail.cmake - what must not compile, and in which words.
# SPDX-License-Identifier: MIT
test_sources(refused "compile_fail/*.cpp")
set(flags -std=c++20 -Wall -Wextra -Werror "-I${PROJECT_SOURCE_DIR}/include")
set(asked "")
foreach(source IN LISTS refused)
  # What one compiler knows is asked of it alone.
  file(STRINGS "${source}" only REGEX "^// ONLY (GNU|Clang)$")
  if(only AND NOT only STREQUAL "// ONLY ${CMAKE_CXX_COMPILER_ID}")
    continue()
  endif()
  get_filename_component(stem "${source}" NAME_WE)
  add_test(NAME compile_fail.${stem} COMMAND
    "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/run.sh" "${source}"
    "${CMAKE_CXX_COMPILER}" ${flags})
  list(APPEND asked "${source}")
endforeach()
add_test(NAME compile_fail.accepted COMMAND
  "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/accepted.sh" ${asked} --
  "${CMAKE_CXX_COMPILER}" ${flags})
