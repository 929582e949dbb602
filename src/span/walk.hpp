// walk.hpp - every granule that somebody has, for statistics.
//
// Cost     a load for each stretch, a call for each granule in use.
// Threads  shared; what is lent or given back meanwhile may be met or not.
// SPDX-License-Identifier: MIT
#pragma once

#include "span/space.hpp"

#include <bit>

namespace tarn::span {

/// Calls `look(reservation, index)` for each granule in use, by address.
template <class Look>
void for_each_granule(Look&& look) noexcept {
  for (unsigned i = 0; i < the_space.reservations(); ++i) {
    const Reservation& part = the_space.reservation(i);
    for (std::size_t at = 0; at < part.opened(); ++at) {
      std::uint64_t used =
          ~part.stretch(at).free.load(std::memory_order_relaxed);
      for (; used != 0; used &= used - 1)
        look(part, at * stretch_granules +
                       static_cast<std::size_t>(std::countr_zero(used)));
    }
  }
}

}  // namespace tarn::span
