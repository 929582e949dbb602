# TarnTargets.cmake - how our own targets are compiled.
# SPDX-License-Identifier: MIT

# Sanitizers must see all of a program, so they are not a target's own choice.
if(TARN_SANITIZE)
  add_compile_options(-fsanitize=${TARN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TARN_SANITIZE})
endif()

# tarn_see_each_other(TARGET) - files that are compiled as one see each other's
# names, which what is inside of a function may hide; g++ tells the two apart.
function(tarn_see_each_other target)
  set(quiet -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    list(APPEND quiet -Wshadow=local)
  endif()
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:${quiet}>")
endfunction()

# tarn_compile_options(TARGET) - the language and the warnings of this project.
function(tarn_compile_options target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(TARN_WARNINGS)
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wconversion -Wshadow
      -Werror>)
    if(CMAKE_UNITY_BUILD)
      tarn_see_each_other(${target})
    endif()
    # clang tells it of sources that are compiled by themselves alone.
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:-Wunused-const-variable=1>)
    endif()
    if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
      target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:-Wthread-safety>)
    endif()
  endif()
endfunction()

# tarn_program(NAME SOURCE...) - a program of ours on the static library.
function(tarn_program name)
  add_executable(${name} ${ARGN})
  tarn_compile_options(${name})
  target_link_libraries(${name} PRIVATE tarn::tarn)
endfunction()

# tarn_in_few_parts(TARGET [SOURCE...]) - its sources are compiled as few, but for
# those that have names of their own which another one has, too.
function(tarn_in_few_parts target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
  set_source_files_properties(${ARGN} PROPERTIES
    SKIP_UNITY_BUILD_INCLUSION ON)
  if(TARN_WARNINGS)
    tarn_see_each_other(${target})
  endif()
endfunction()

# tarn_precompile(TARGET HEADER...) - has them read once for all of its files where
# that is asked for; `precompiled` says whether. A compiler's cache would find no
# file again.
function(tarn_precompile target)
  set(precompiled OFF)
  if(TARN_PRECOMPILE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(precompiled ON)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
  set(precompiled ${precompiled} PARENT_SCOPE)
endfunction()
