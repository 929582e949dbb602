// svg.hpp - what the plots are made of: a frame, letters, a legend, colours.
//
// Cost     linear in the text.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/plot.hpp"

#include <string>
#include <vector>

namespace tarn::compare::svg {

// In the SVG's own units, which are pixels on a wide page.
inline constexpr double width = 440;
/// Below what is drawn, for letters.
inline constexpr double bottom = 34;

/// Each series has another; they differ for people who see fewer colours too.
[[nodiscard]] const char* colour_of(std::size_t series) noexcept;

/// The dashes of its line.
[[nodiscard]] const char* dashes_of(std::size_t series) noexcept;

[[nodiscard]] std::string text_at(double x, double y, const char* anchor,
                                  const std::string& text);

/// A figure with its title, `below` it what explains it.
[[nodiscard]] std::string framed(const std::string& title, double tall,
                                 const std::string& content,
                                 const std::string& below);

/// "" for one series, which the title names.
[[nodiscard]] std::string legend(const std::vector<Series>& series);

}  // namespace tarn::compare::svg
