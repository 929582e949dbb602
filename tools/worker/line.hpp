// line.hpp - some work by one thread, and by all, and how that scales.
//
// Cost     that of the work, for about two milliseconds.
// Threads  confined; the work runs on those of the teams.
// Failure  as the work.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/team.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace tarn::compare {

class Line {
 public:
  /// `amount` of the work, by a member of a team.
  using Work = std::function<void(std::size_t member, std::size_t amount)>;

  // So long that beginning together is not in it, so short that many fit.
  static constexpr double run_milliseconds = 2;

  Line(Work work, Team& alone, Team& all)
      : work_(std::move(work)), alone_(alone), all_(all) {
    constexpr std::size_t probe = 20;
    static_cast<void>(time_alone(probe));
    const double each = time_alone(probe) / static_cast<double>(probe);
    amount_ = std::max<std::size_t>(
        1, static_cast<std::size_t>(run_milliseconds * 1e6 / each));
  }

  [[nodiscard]] std::size_t amount() const noexcept { return amount_; }

  struct Round {
    double alone;    ///< a second, by one thread
    double all;      ///< a second, by all
    double scaling;  ///< times as much by all
  };

  [[nodiscard]] Round round() {
    const double one = time_alone(amount_);
    const double together =
        all_.run([this](std::size_t member) { work_(member, amount_); });
    const auto threads = static_cast<double>(all_.size());
    const auto done = static_cast<double>(amount_);
    return {done / one * 1e9, done * threads / together * 1e9,
            one / together * threads};
  }

 private:
  [[nodiscard]] double time_alone(std::size_t amount) {
    return alone_.run([this, amount](std::size_t) { work_(0, amount); });
  }

  Work work_;
  Team& alone_;
  Team& all_;
  std::size_t amount_ = 0;
};

}  // namespace tarn::compare
