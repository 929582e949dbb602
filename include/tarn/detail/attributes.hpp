// attributes.hpp - what compilers are told of functions that must not wait.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

/// Behind the noexcept of a function that neither locks nor allocates nor calls
/// the system where `condition` holds; clang from 20 on checks who calls what
/// (-Wfunction-effects). Others see nothing.
#ifdef __has_cpp_attribute
#  if __has_cpp_attribute(clang::nonblocking)
#    define TARN_NONBLOCKING_IF(condition) [[clang::nonblocking(condition)]]
#  endif
#endif
#ifndef TARN_NONBLOCKING_IF
#  define TARN_NONBLOCKING_IF(condition)
#endif
#define TARN_NONBLOCKING TARN_NONBLOCKING_IF(true)
