// digest.hpp - a number for bytes that nobody should change.
//
// Each word goes through steps that can be undone, so bytes that differ within
// one word never have the same digest; others have it once in 2^64.
//
// Cost     linear, some ten bytes a nanosecond.
// Threads  confined to who owns the bytes.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::check {

[[nodiscard]] std::uint64_t digest_of(const std::byte* memory,
                                      std::size_t size) noexcept;

}  // namespace tarn::check
