// words.cpp - where lines break, and what a cell needs.
//
// SPDX-License-Identifier: MIT
#include "common/words.hpp"

namespace tarn::compare {
namespace {

constexpr std::size_t line_width = 98;

// Words, each number with its percent sign. Spaces beside each other part words
// without letters, so that what was set below each other stays so.
std::vector<std::string> unbroken(const std::string& text) {
  std::vector<std::string> all{""};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_space = text[i] == ' ' || text[i] == '\n' || text[i] == '\t';
    if (is_space && text.substr(i + 1, 1) != "%")
      all.emplace_back();
    else
      all.back() += is_space ? ' ' : text[i];
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
  bool is_first = true;
  for (const std::string& word : unbroken(text)) {
    if (!is_first && line.size() + 1 + word.size() > line_width) {
      out += line + "\n";
      line = indent + word;
    } else {
      line += (is_first ? "" : " ") + word;
    }
    is_first = false;
  }
  return out + line + "\n";
}

}  // namespace tarn::compare
