// thread_number.hpp - this thread's number, for code that programs inline.
//
// Threads  confined: each thread has its own.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

/// From 1, unlike that of any other living thread; 0 before the thread used
/// tarn and after its end. Written by the room thread; stays 0 elsewhere.
extern constinit thread_local std::uint32_t thread_number
    __attribute__((tls_model("initial-exec")));

/// The number as a value; always 0 on a board, which has no such variable.
[[nodiscard]] inline std::uint32_t own_number() noexcept {
  if constexpr (has_thread_locals)
    return thread_number;
  else
    return 0;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
