// verdict.hpp - who is faster, as far as rounds can tell.
//
// Verdicts come from rounds that only a few had, the rivals: the Region, the
// mallocs that may be the fastest of their code, and the system's in ordinary
// code. While they leave anything open there may be as many rounds once more;
// that there are two looks is part of the chance that a verdict is wrong.
//
// Cost     some hundred milliseconds.
// Threads  confined.
// Failure  what was not measured is not said.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/findings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tarn::compare {

/// What a rival's rate is called in rounds of their own.
inline constexpr char duel_rate[] = "duel_requests_per_second";

/// How often those rounds may be looked at, each time with as many more.
inline constexpr int looks = 2;

/// Speeds nearer to each other than this are called the same: the length of a
/// library's path moves the stack of a program, and its speed by half as much.
inline constexpr double same_speed = 0.02;

/// The first of those that are as fast as the fastest, as a photo finish must
/// not turn out otherwise each time. Null where none has that figure.
[[nodiscard]] const Contender* fastest_of(
    const std::vector<const Contender*>& some, const std::string& figure);

/// The places of the rivals. Empty: the Region or every malloc is missing.
[[nodiscard]] std::vector<std::size_t> rivals_of(
    const std::vector<Contender>& contenders);

/// Whether further rounds could tell nothing more: each speed that the verdict
/// compares differs for sure, or for sure by too little to matter.
[[nodiscard]] bool is_decided(const std::vector<Contender>& contenders);

[[nodiscard]] std::string verdict_of(const std::vector<Contender>& contenders,
                                     const std::optional<Gap>& gap);

/// Of the mallocs in ordinary code; "" for one alone.
[[nodiscard]] std::string ranking_of(const std::vector<Contender>& contenders);

}  // namespace tarn::compare
