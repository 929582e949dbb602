// tables.cpp - which figure stands in which column.
//
// SPDX-License-Identifier: MIT
#include "program/tables.hpp"

#include "common/table.hpp"
#include "common/units.hpp"
#include "common/words.hpp"
#include "program/way.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <sstream>

namespace tarn::program {
namespace {

using compare::figure;
using compare::mebibyte;
using compare::Table;
using compare::whole;
using compare::wrapped;

constexpr std::size_t line_width = 98;
// As many figures as a load command's table begins with; fewer where these are
// too wide.
constexpr std::size_t figures_per_table = 4;
constexpr std::size_t last_lines = 5;

void fill(
    Table& table, const std::vector<Candidate>& all,
    const std::function<std::vector<std::string>(const Candidate&)>& cells) {
  for (const Candidate& one : all) {
    if (!one.runs() || one.figures.empty())
      continue;
    std::vector<std::string> row = cells(one);
    row.insert(row.begin(), {one.name, malloc_of(one)});
    table.row(std::move(row));
  }
}

std::string spread(const Candidate& one, const std::string& name) {
  const auto found = one.figures.find(name);
  if (found == one.figures.end())
    return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", found->second.spread() * 100);
  return text;
}

// Against the base; "" for the base itself.
std::string change(const std::vector<Candidate>& all, const Candidate& one,
                   const std::string& name) {
  const Candidate* const base = base_of(all);
  if (base == &one)
    return "";
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%",
                (difference_of(*base, one, name).ratio - 1) * 100);
  return text;
}

// Digits down to the millisecond, as many as the clock of a run is worth.
std::string seconds(const Candidate& one, const std::string& name) {
  char text[32];
  const double value = one.median(name);
  std::snprintf(text, sizeof text, value < 100 ? "%.3f" : "%.1f", value);
  return text;
}

std::string mebibytes(const Candidate& one, const std::string& name) {
  return figure(one.median(name) / mebibyte);
}

// "SET p50 ms" in two lines.
std::string head_of(const LoadFigure& figure) {
  const std::size_t space = figure.name.rfind(' ');
  return space == std::string::npos ? figure.name + "\nmedian"
                                    : figure.name.substr(0, space) + "\n" +
                                          figure.name.substr(space + 1);
}

// Some of the load command's figures; how the first of all compares.
Table load_columns(const std::vector<Candidate>& all,
                   const std::vector<LoadFigure>& load, std::size_t begin,
                   std::size_t count) {
  std::vector<std::string> heads{"Said by the load", "malloc from"};
  for (std::size_t i = begin; i < begin + count; ++i) {
    heads.push_back(head_of(load[i]));
    heads.push_back("+-");
    if (i == 0)
      heads.push_back("against\nfirst");
  }
  Table table(heads);
  fill(table, all, [&](const Candidate& one) {
    std::vector<std::string> cells;
    for (std::size_t i = begin; i < begin + count; ++i) {
      cells.push_back(figure(one.median(load[i].name)));
      cells.push_back(spread(one, load[i].name));
      if (i == 0)
        cells.push_back(change(all, one, load[i].name));
    }
    return cells;
  });
  return table;
}

std::size_t width_of(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::size_t width = 0;
  while (std::getline(lines, line))
    width = std::max(width, line.size());
  return width;
}

std::string bold(const std::string& text, bool colours) {
  return colours ? "\033[1m" + text + "\033[0m" : text;
}

}  // namespace

std::string malloc_of(const Candidate& candidate) {
  if (candidate.served_by.empty())
    return "unknown";
  return file_name(candidate.served_by);
}

std::string time_table(const std::vector<Candidate>& all, bool colours) {
  Table table({"Time and memory", "malloc from", "time\ns", "+-",
               "against\nfirst", "CPU\ns", "+-", "against\nfirst",
               "peak RSS\nMiB", "+-"});
  fill(table, all, [&all](const Candidate& one) {
    return std::vector<std::string>{
        seconds(one, names::wall),     spread(one, names::wall),
        change(all, one, names::wall), seconds(one, names::processor),
        spread(one, names::processor), change(all, one, names::processor),
        mebibytes(one, names::peak),   spread(one, names::peak)};
  });
  return table.text(colours);
}

std::string load_table(const std::vector<Candidate>& all,
                       const std::vector<LoadFigure>& load, bool colours) {
  std::string text;
  for (std::size_t begin = 0; begin < load.size();) {
    std::size_t count = std::min(figures_per_table, load.size() - begin);
    while (count > 1 &&
           width_of(load_columns(all, load, begin, count).text(false)) >
               line_width)
      --count;
    text += (begin == 0 ? "" : "\n") +
            load_columns(all, load, begin, count).text(colours);
    begin += count;
  }
  return text;
}

std::string server_table(const std::vector<Candidate>& all, bool colours) {
  Table table({"Under load", "malloc from", "RSS mean\nMiB", "+-",
               "against\nfirst", "RSS peak\nMiB", "CPU\ns", "+-",
               "against\nfirst"});
  fill(table, all, [&all](const Candidate& one) {
    return std::vector<std::string>{
        mebibytes(one, names::mean_rss),   spread(one, names::mean_rss),
        change(all, one, names::mean_rss), mebibytes(one, names::most_rss),
        seconds(one, names::processor),    spread(one, names::processor),
        change(all, one, names::processor)};
  });
  return table.text(colours);
}

std::string kernel_table(const std::vector<Candidate>& all, bool colours) {
  Table table({"Faults and switches", "malloc from", "user\ns", "system\ns",
               "faults\nminor", "faults\nmajor", "switches\nwilling",
               "switches\nforced"});
  fill(table, all, [](const Candidate& one) {
    return std::vector<std::string>{seconds(one, names::user),
                                    seconds(one, names::system),
                                    whole(one.median(names::minor_faults)),
                                    whole(one.median(names::major_faults)),
                                    whole(one.median(names::waits)),
                                    whole(one.median(names::forced))};
  });
  return table.text(colours);
}

std::string last_words(const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> kept;
  std::string line;
  while (std::getline(lines, line)) {
    std::replace_if(
        line.begin(), line.end(),
        [](char letter) { return letter >= 0 && letter < ' '; }, ' ');
    if (line.find_first_not_of(' ') != std::string::npos)
      kept.push_back("  | " + line.substr(0, line_width - 4) + "\n");
  }
  std::string words;
  for (std::size_t i = kept.size() - std::min(kept.size(), last_lines);
       i < kept.size(); ++i)
    words += kept[i];
  return words;
}

std::string closing(const std::vector<Candidate>& all,
                    const std::string& verdict, bool colours) {
  std::string text;
  for (const Candidate& one : all) {
    if (!one.runs())
      text +=
          wrapped("Left out: with " + one.name + " it " + one.failure, "  ") +
          last_words(one.last_words);
    for (const std::string& sentence : one.notes)
      text += wrapped("With " + one.name + ": " + sentence + ".", "  ");
  }
  return text + (text.empty() ? "" : "\n") +
         bold(wrapped("Verdict: " + verdict, ""), colours);
}

}  // namespace tarn::program
