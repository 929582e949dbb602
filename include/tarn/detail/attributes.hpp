// attributes.hpp - what compilers are told of functions, where they know it.
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

/// Behind a member function whose result points into its object: clang warns of
/// one that outlives it (-Wreturn-stack-address, -Wdangling).
#ifdef __has_cpp_attribute
#  if __has_cpp_attribute(clang::lifetimebound)
#    define TARN_LIFETIMEBOUND [[clang::lifetimebound]]
#  endif
#endif
#ifndef TARN_LIFETIMEBOUND
#  define TARN_LIFETIMEBOUND
#endif

/// Before a function whose result has as many bytes as its parameter number
/// `size` says, an object counting as the first: warnings, fortified builds and
/// __builtin_object_size know the end of a block. Of use out of line only: what
/// is inlined has lost it by then.
#ifdef __GNUC__
#  define TARN_ALLOC_SIZE(size) [[gnu::alloc_size(size)]]
#else
#  define TARN_ALLOC_SIZE(size)
#endif
