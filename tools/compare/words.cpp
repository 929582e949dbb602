// words.cpp - where lines break.
//
// SPDX-License-Identifier: MIT
#include "compare/words.hpp"

namespace tarn::compare {
namespace {

constexpr std::size_t line_width = 98;

}  // namespace

std::string percent(double share) {
  return format("%.0f %%", share * 100);
}

std::string list_of(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i)
    text += (i == 0 ? "" : i + 1 == all.size() ? " and " : ", ") + all[i];
  return text;
}

std::string wrapped(const std::string& text, const std::string& indent) {
  std::string out;
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.find(' ', at);
    while (end != std::string::npos && text.substr(end + 1, 1) == "%")
      end = text.find(' ', end + 1);
    end = end == std::string::npos ? text.size() : end;
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && line.size() + 1 + word.size() > line_width) {
      out += line + "\n";
      line.clear();
    }
    if (line.empty())
      line = out.empty() ? word : indent + word;
    else
      line += " " + word;
    at = end + 1;
  }
  return out + line + "\n";
}

}  // namespace tarn::compare
