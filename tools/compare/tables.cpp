// tables.cpp - which figure stands in which column.
//
// SPDX-License-Identifier: MIT
#include "compare/tables.hpp"

#include "common/table.hpp"
#include "common/units.hpp"
#include "common/words.hpp"
#include "compare/row.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace tarn::compare {
namespace {

// Both groups of contenders; `cells` gives what follows the name.
void fill(
    Table& table, const Comparison& comparison,
    const std::function<std::vector<std::string>(const Contender&)>& cells) {
  for (const Code code : {Code::ordinary, Code::pool}) {
    table.group(code == Code::ordinary
                    ? "ordinary code (std::string, std::vector, std::map) over"
                    : "pool code (the same in std::pmr containers) over");
    for (const Contender& one : comparison.contenders()) {
      if (one.code != code || one.kind == Kind::reading || !one.runs())
        continue;
      add_row(table, one, one.memory, cells(one));
    }
  }
}

std::string scaled(const Contender& one, const char* name, double unit) {
  return figure(one.median(name) / unit);
}

std::string column_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::met:
      return "met         ";
    case Outcome::not_met:
      return "not met     ";
    case Outcome::no_telling:
      return "no telling  ";
  }
  return "";
}

}  // namespace

std::string serving_table(const Comparison& comparison,
                          const Findings& findings, bool colours) {
  Table table({"Serving", "requests/s\nmedian", "spread\n+-", "p50\nus",
               "p99\nus", "p99.9\nus", "longest\nus", "RSS\nMiB", "peak\nMiB",
               "faults\na request"});
  fill(table, comparison, [](const Contender& one) {
    const auto rate = one.figures.find("requests_per_second");
    return std::vector<std::string>{
        whole(one.median("requests_per_second")),
        rate == one.figures.end() ? "" : percent(rate->second.spread()),
        scaled(one, "request_p50", microsecond),
        scaled(one, "request_p99", microsecond),
        scaled(one, "request_p999", microsecond),
        scaled(one, "request_max", microsecond),
        scaled(one, "rss_mean", mebibyte),
        scaled(one, "rss_peak", mebibyte),
        scaled(one, "page_faults", 1)};
  });
  return table.text(colours) +
         wrapped(
             "Requests a second of processor time; the spread is half the "
             "distance between the best and the worst round. " +
                 findings.ranking,
             "");
}

std::string call_table(const Comparison& comparison, bool colours) {
  Table table({"One call into the allocator", "calls\na request", "p50\nns",
               "p99\nns", "p99.9\nns", "longest\nns"});
  double clock = 0;
  double step = 0;
  fill(table, comparison, [&](const Contender& one) {
    clock = std::max(clock, one.median("clock_floor"));
    step = std::max(step, one.median("clock_step"));
    return std::vector<std::string>{
        scaled(one, "calls", 1), scaled(one, "call_p50", 1),
        scaled(one, "call_p99", 1), scaled(one, "call_p999", 1),
        scaled(one, "call_max", 1)};
  });
  return table.text(colours) +
         wrapped(
             "Allocations, frees, resets, and the making and ending of "
             "pools are calls. Each figure has one reading of the clock in it "
             "(" +
                 figure(clock) + " ns), and the clock moves in steps of " +
                 figure(step) + " ns.",
             "");
}

std::string instruction_table(const Comparison& comparison,
                              const Findings& findings, bool colours) {
  Table table({"Instructions", "a request", "above\nthe floor"});
  const auto floor_of = [&comparison](Code code) {
    for (const Contender& one : comparison.contenders())
      if (one.code == code && one.kind == Kind::floor)
        return one.instructions;
    return 0.0;
  };
  fill(table, comparison, [&](const Contender& one) {
    const double floor = floor_of(one.code);
    char above[32] = "";
    if (floor > 0 && one.instructions > 0)
      std::snprintf(above, sizeof above, "%+.1f %%",
                    (one.instructions / floor - 1) * 100);
    return std::vector<std::string>{
        one.instructions > 0 ? whole(one.instructions) : "?", above};
  });
  std::string text = table.text(colours);
  for (const ReadingShare& share : findings.reading)
    text += wrapped(
        std::string("Reading a request (parser, path, cookies) takes ") +
            (share.instructions > 0
                 ? percent(share.instructions) + " of its instructions and "
                 : std::string()) +
            percent(share.time) + " of its time in " +
            (share.code == Code::pool ? "pool code over a Region."
                                      : "ordinary code over system malloc."),
        "");
  if (findings.gap)
    text += wrapped(
        "The gap: the best malloc in pool code (" + findings.gap->best +
            ") needs " +
            whole(findings.gap->best_malloc - findings.gap->floor) +
            " instructions a request more than one that only bumps; a Region "
            "does without " +
            percent(findings.gap->closed()) + " of them.",
        "");
  return text;
}

std::string closing(const Comparison& comparison, const Findings& findings,
                    bool colours) {
  std::string text;
  for (const Contender& one : comparison.contenders())
    if (!one.runs())
      text += wrapped("Left out: " + one.name() + " " + one.failure, "  ");
  if (!findings.aims.empty())
    text += "What tarn aims at here:\n";
  for (const Aim& aim : findings.aims)
    text += wrapped(column_for(aim.outcome) + aim.sentence, "            ");
  const std::string verdict = wrapped("Verdict: " + findings.verdict, "");
  return text + "\n" + (colours ? "\033[1m" + verdict + "\033[0m" : verdict);
}

}  // namespace tarn::compare
