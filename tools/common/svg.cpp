// svg.cpp - frame, letters, legend, colours.
//
// SPDX-License-Identifier: MIT
#include "common/svg.hpp"

#include "common/words.hpp"

#include <array>

namespace tarn::compare {
namespace {

// Okabe and Ito 2002, the lighter ones darkened for thin lines.
constexpr std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73",
                                             "#a0527f", "#56708a", "#b8860b",
                                             "#333333", "#6b5bd0"};
constexpr std::array<const char*, 3> dashes{"none", "6 3", "2 3"};
// So many have the same dashes, and as many colours between them.
constexpr std::size_t alike = 3;

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

namespace svg {

const char* colour_of(std::size_t series) noexcept {
  return colours[series % colours.size()];
}

const char* dashes_of(std::size_t series) noexcept {
  return dashes[series / alike % dashes.size()];
}

std::string text_at(double x, double y, const char* anchor,
                    const std::string& text) {
  return format("<text x='%.1f' y='%.1f' text-anchor='%s'>", x, y, anchor) +
         escaped(text) + "</text>";
}

std::string framed(const std::string& title, double tall,
                   const std::string& content, const std::string& below) {
  return "<figure><figcaption>" + escaped(title) + "</figcaption>" +
         format("<svg viewBox='0 0 %.0f %.0f' role='img' aria-label='", width,
                tall) +
         escaped(title) + "'>" + content + "</svg>" + below + "</figure>\n";
}

std::string legend(const std::vector<Series>& series) {
  if (series.size() < 2)
    return "";
  std::string html = "<p class='legend'>";
  for (std::size_t i = 0; i < series.size(); ++i)
    html += format(
                "<span><svg width='26' height='10'><line x1='0' x2='26' y1='5' "
                "y2='5' stroke='%s' stroke-width='3' "
                "stroke-dasharray='%s'/></svg> ",
                colour_of(i), dashes_of(i)) +
            escaped(series[i].name) + "</span> ";
  return html + "</p>";
}

}  // namespace svg
}  // namespace tarn::compare
