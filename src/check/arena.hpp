// arena.hpp - memory for what a check keeps of blocks, apart from them.
//
// Cost     a step forward; now and then a system call.
// Threads  shared.
// Failure  null.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::check {

/// `size` zero bytes at a multiple of 16. They never go back to the system:
/// who is done with them keeps them for its next need.
[[nodiscard]] void* keep(std::size_t size) noexcept;

/// Before there are threads, once: a fork while another thread is here does its
/// child no harm from then on.
void watch_arena() noexcept;

}  // namespace tarn::check
