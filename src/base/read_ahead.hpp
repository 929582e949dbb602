// read_ahead.hpp - how far a processor reads ahead.
//
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::base {

/// Bytes left out where memory of one thread ends and another's may begin: a
/// processor that goes through a run of lines would take the other one's. Half
/// of it was enough (docs/decisions/0016-object-pool.md, "Threads' own slabs").
inline constexpr std::size_t read_ahead = 512;

}  // namespace tarn::base
