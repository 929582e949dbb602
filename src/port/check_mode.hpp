// check_mode.hpp - how closely a pool is to be looked at.
//
// Slow paths ask when a pool starts anew: at its construction, a reset, a
// refill or a tick. Fast paths never look here.
//
// Cost     a load.
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include <atomic>

namespace tarn::port {

// Written by set_check_mode() and the room check; orders nothing.
inline constinit std::atomic<CheckMode> mode_of_process{CheckMode::off};

// A sanitizer looks at all pools but those that ask for none: the mode of the
// process is full from then on, whatever set_check_mode() says. Written once by
// the room check, before the first pool asks; orders nothing.
inline constinit std::atomic<bool> pools_are_shadowed{false};

/// What `asked`, of a pool's options, comes to now.
[[nodiscard]] inline CheckMode mode_of(CheckMode asked) noexcept {
  return asked == CheckMode::of_process
             ? mode_of_process.load(std::memory_order_relaxed)
             : asked;
}

[[nodiscard]] constexpr bool is_full(CheckMode mode) noexcept {
  return mode == CheckMode::full || mode == CheckMode::full_page;
}

}  // namespace tarn::port
