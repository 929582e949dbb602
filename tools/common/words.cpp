// words.cpp - where lines break, and what a cell needs.
//
// SPDX-License-Identifier: MIT
#include "common/words.hpp"

#include <sstream>

namespace tarn::compare {
namespace {

constexpr std::size_t line_width = 98;

// Words, each number with its percent sign.
std::vector<std::string> unbroken(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> all;
  for (std::string word; words >> word;) {
    if (word.starts_with('%') && !all.empty())
      all.back() += " " + word;
    else
      all.push_back(word);
  }
  return all;
}

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

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos)
    return text;
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string wrapped(const std::string& text, const std::string& indent) {
  std::string out;
  std::string line;
  for (const std::string& word : unbroken(text)) {
    if (!line.empty() && line.size() + 1 + word.size() > line_width) {
      out += line + "\n";
      line = indent + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return out + line + "\n";
}

}  // namespace tarn::compare
