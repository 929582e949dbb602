// leaks.hpp - the pools and blocks that may be leaked, as text or as JSON.
//
// Threads  confined.
// Failure  std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/stats.hpp"

#include "stats/target.hpp"

#include <string>

namespace tarn::stats {

/// What `tarn leaks` ends with where there is a suspect.
inline constexpr int exit_suspects = 1;

/// Whether the word is one of ours: leaks, leaks-json.
[[nodiscard]] bool is_form_of_leaks(const std::string& word);

/// `knows_pools`: a mode of checking is on there.
void write_leaks(const Target& target, const Snapshot& now, bool knows_pools,
                 const std::string& word, std::string& text);

}  // namespace tarn::stats
