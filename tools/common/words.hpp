// words.hpp - figures and sentences as they are printed.
//
// Cost     linear in the text.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace tarn::compare {

template <class... Values>
[[nodiscard]] std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

/// "12 %" for 0.12.
[[nodiscard]] std::string percent(double share);

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string list_of(const std::vector<std::string>& all);

/// A cell of a CSV file (RFC 4180).
[[nodiscard]] std::string csv_cell(const std::string& text);

/// Lines of at most 98 columns, broken at white space but not before a percent
/// sign; all but the first begin with `indent`.
[[nodiscard]] std::string wrapped(const std::string& text,
                                  const std::string& indent);

}  // namespace tarn::compare
