// listing.hpp - which regions are known from their birth on in mode sampled.
//
// To list a region costs ten times as much as to make it: so they are listed as
// long as that takes a fifth of the sampler's time, and where more are made
// than can be, some of them are, by chance.
//
// Cost     a word of the thread's own; a look at the coarse clock now and then.
// Threads  shared; counts order nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::check {

// Regions that this thread passes over before it asks again.
inline constinit thread_local std::uint32_t to_pass_unlisted = 0;

[[nodiscard]] bool may_list_slow() noexcept;

/// Whether the region that begins now is to be listed, which then is paid for.
[[nodiscard]] inline bool may_list() noexcept {
  if (to_pass_unlisted == 0) [[unlikely]]
    return may_list_slow();
  --to_pass_unlisted;
  return false;
}

}  // namespace tarn::check
