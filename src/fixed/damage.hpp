// damage.hpp - the fault of what users wrote into a fixed heap.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn {
inline namespace v1 {
namespace detail {

/// Somebody wrote into the head of `block`, or into the links of a free place
/// there.
[[noreturn]] void report_damage(const void* block) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
