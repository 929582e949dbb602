// number.hpp - numbers as people write them: 4096, 64K, 2G.
//
// Cost     linear in the text.
// Threads  confined.
// Failure  false; `text` and `number` are as they were.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::base {

/// Reads digits and moves `text` behind them. False: there are none, or the
/// number has no room in 64 bits.
[[nodiscard]] bool read_number(const char*& text,
                               std::uint64_t& number) noexcept;

/// The same with K, M, G or T behind it, for powers of 1024; small letters
/// will do, and `iB` or `B` may follow.
[[nodiscard]] bool read_bytes(const char*& text,
                              std::uint64_t& number) noexcept;

}  // namespace tarn::base
