// options.hpp - the words of TARN_OPTIONS, and what each stands for.
//
//     TARN_OPTIONS=purge=background,summary=on
//
// Cost     linear in the text; nothing is allocated.
// Threads  confined.
// Failure  a sentence for each word that is not understood; the option that it
//          was meant for keeps its default.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/text.hpp"

#include <cstdint>

namespace tarn::observe {

enum class Purge : std::uint8_t { requests, background, never };

/// For whom something is wanted: nobody, every process that reads it, or the
/// one of a number.
class Wanted {
 public:
  static constexpr int every = -1;

  Wanted& operator=(int of) noexcept {
    of_ = of;
    return *this;
  }
  [[nodiscard]] bool by(int process) const noexcept {
    return of_ == every || (of_ != 0 && of_ == process);
  }
  [[nodiscard]] bool by_anybody() const noexcept { return of_ != 0; }

 private:
  int of_ = 0;
};

struct Options {
  Purge purge = Purge::requests;
  bool huge_pages = true;
  Wanted summary;
  Wanted verbose;
};

/// Takes a sentence without a line's end.
using Complaint = void (*)(const base::Line& sentence) noexcept;

/// Reads `name=value` parted by commas; empty words are none.
void read_options(const char* text, Options& options,
                  Complaint complain) noexcept;

/// Seconds between two writes of statistics: 1 to a day. 10 where `text` is
/// null, or something else, which is told.
[[nodiscard]] std::uint64_t read_interval(const char* text,
                                          Complaint complain) noexcept;

}  // namespace tarn::observe
