// table.cpp - widths are counted in bytes: tables hold ASCII only.
//
// SPDX-License-Identifier: MIT
#include "common/table.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

namespace tarn::compare {
namespace {

const std::string between = "  ";

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, text.size()), ' ');
  return left ? text + space : space + text;
}

}  // namespace

Table::Table(std::vector<std::string> heads) : heads_(2) {
  for (const std::string& head : heads) {
    const std::size_t line_end = head.find('\n');
    heads_[0].push_back(head.substr(0, line_end));
    heads_[1].push_back(
        line_end == std::string::npos ? "" : head.substr(line_end + 1));
  }
}

void Table::group(const std::string& name) {
  lines_.push_back({{name}, Weight::plain});
}

void Table::row(std::vector<std::string> cells, Weight weight) {
  cells.front() = between + cells.front();
  lines_.push_back({std::move(cells), weight});
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths(heads_.front().size(), 0);
  const auto widen = [&widths](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size() && cells.size() > 1; ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  };
  for (const auto& head : heads_)
    widen(head);
  for (const Line& line : lines_)
    widen(line.cells);
  return widths;
}

std::string Table::text(bool colours) const {
  const std::vector<std::size_t> columns = widths();
  std::string text;
  const auto append = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += (i == 0 ? "" : between) + padded(cells[i], columns[i], i == 0);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line;
  };
  for (const auto& head : heads_) {
    append(head);
    text += '\n';
  }
  for (const Line& line : lines_) {
    const bool strong = line.weight == Weight::strong;
    if (colours && (strong || line.cells.size() == 1))
      text += strong ? "\033[1m" : "\033[4m";
    if (line.cells.size() == 1)
      text += line.cells.front();
    else
      append(line.cells);
    if (colours && (strong || line.cells.size() == 1))
      text += "\033[0m";
    text += '\n';
  }
  return text;
}

std::string figure(double value) {
  if (value >= 1000)
    return whole(value);
  char text[32];
  // So many digits behind the point that three are significant.
  const int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string whole(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.0f", value);
  const std::string_view all = digits;
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != 0 && (all.size() - i) % 3 == 0)
      text += ' ';
    text += all[i];
  }
  return text;
}

}  // namespace tarn::compare
