// problem_tables.cpp - which figure stands in which column.
//
// SPDX-License-Identifier: MIT
#include "compare/problem_tables.hpp"

#include "common/table.hpp"
#include "common/units.hpp"
#include "common/words.hpp"
#include "compare/problems.hpp"
#include "compare/row.hpp"

#include <utility>
#include <vector>

namespace tarn::compare {
namespace {

// The hours that fit into a line; the JSON has all of them.
constexpr int shown_hours[] = {1, 4, 8, 12, 16, 20, 24};

using Cells = std::vector<std::string>;

void add_hours(Table& table, const Comparison& comparison, const char* what,
               const char* name, double unit) {
  table.group(what);
  for (const Contender& one : comparison.contenders()) {
    if (!one.runs() || !one.figures.contains(numbered("day", 1, name)))
      continue;
    Cells cells;
    for (const int hour : shown_hours)
      cells.push_back(figure(one.median(numbered("day", hour, name)) / unit));
    cells.push_back(format("%.2f", change_over_day(one, name)));
    add_row(table, one, one.short_memory(), std::move(cells));
  }
}

Cells churn_cells(const ChurnSummary& churn) {
  return {format("%.2f", churn.mean),
          format("%.2f", churn.worst),
          percent(churn.internal),
          percent(churn.external),
          figure(churn.drained_live / mebibyte),
          figure(churn.drained_resident / mebibyte)};
}

// How far it came in the budget, and what it refused then.
Cells tight_cells(const Contender& one) {
  const double budget = one.median("tight_budget");
  if (budget == 0 || one.median("tight_live") == 0)
    return {"", "", ""};
  return {percent(one.median("tight_live") / budget),
          figure(one.median("tight_refused") / kibibyte),
          figure(one.median("tight_largest") / mebibyte)};
}

// "void": other programs had the cores.
std::string counted_cell(const Contender& one, const char* what, int threads,
                         const char* name, double unit) {
  if (!is_counted(one, what, threads))
    return "void";
  return figure(one.median(numbered(what, threads, name)) / unit);
}

}  // namespace

std::string day_table(const Comparison& comparison, bool colours) {
  const std::string meaning = day_meaning(comparison.contenders());
  if (meaning.empty())
    return "";
  std::vector<std::string> heads{"Latency through a day"};
  for (const int hour : shown_hours)
    heads.push_back((hour == 1 ? "hour\n" : " \n") + std::to_string(hour));
  heads.emplace_back("last 3 h\n/ first 3");
  Table table(heads);
  add_hours(table, comparison, "p50 of a request, us", "p50", microsecond);
  add_hours(table, comparison, "p99 of a request, us", "p99", microsecond);
  add_hours(table, comparison, "p99.9 of a request, us", "p999", microsecond);
  add_hours(table, comparison, "resident memory, MiB", "rss", mebibyte);
  return table.text(colours) + wrapped(meaning, "");
}

std::string fragmentation_table(const Comparison& comparison, bool colours) {
  const std::string meaning = fragmentation_meaning(comparison.contenders());
  if (meaning.empty())
    return "";
  Table table({"Fragmentation", "RSS/live\nmean", "RSS/live\nworst",
               "internal\nof live", "external\nof live", "drained\nMiB",
               "RSS then\nMiB", "budget\nused", "refused\nKiB",
               "largest\nMiB"});
  for (const bool apart : {true, false}) {
    table.group(apart ? "blocks that die one by one over"
                      : "blocks that die together, 1 to 40, over");
    for (const Contender& one : comparison.contenders()) {
      const auto churn = churn_of(one, apart ? "apart" : "together");
      if (!churn)
        continue;
      Cells cells = churn_cells(*churn);
      const Cells tight = apart ? Cells{"", "", ""} : tight_cells(one);
      cells.insert(cells.end(), tight.begin(), tight.end());
      add_row(table, one, one.short_memory(), std::move(cells));
    }
  }
  return table.text(colours) + wrapped(meaning, "") +
         wrapped(format("Sizes change with each of %d seasons. Internal: given "
                        "but not asked for; external: resident but not given. "
                        "Drained: one job in twenty lives on. Budget: %d MiB, "
                        "the live share of it when a block is first refused, "
                        "and the largest block when three quarters are free.",
                        comparison.plan().seasons,
                        comparison.plan().budget_mebibytes),
                 "");
}

std::string contention_table(const Comparison& comparison, int cores,
                             bool colours) {
  const std::string meaning =
      contention_meaning(comparison.contenders(), cores);
  const std::vector<int> threads = threads_measured(comparison.contenders());
  if (threads.empty() || cores < 2)
    return meaning.empty() ? "" : wrapped("Contention: " + meaning, "");
  const int most = threads.back();
  std::vector<std::string> heads{"Contention", "1 thread\nM blocks/s",
                                 std::to_string(most) + " threads\nM blocks/s",
                                 "scaling\ntimes"};
  for (const int one : threads)
    heads.push_back("of raw\n" + std::to_string(one) + " threads");
  heads.push_back("handed over\nM blocks/s");
  heads.push_back("of raw\n" + std::to_string(most) + " threads");
  Table table(heads);
  for (const Contender& one : comparison.contenders()) {
    if (!one.runs() || !one.figures.contains("threads_01_blocks"))
      continue;
    Cells cells{figure(one.median("threads_01_blocks") / million),
                counted_cell(one, "threads", most, "blocks", million),
                counted_cell(one, "threads", most, "scaling", 1)};
    for (const int number : threads)
      cells.push_back(counted_cell(one, "threads", number, "of_raw", 1));
    cells.push_back(counted_cell(one, "pairs", most, "blocks", million));
    cells.push_back(counted_cell(one, "pairs", most, "of_raw", 1));
    add_row(table, one, one.short_memory(), std::move(cells));
  }
  return table.text(colours) + wrapped(meaning, "") +
         wrapped(
             "Requests of 100 blocks; scaling over that of a loop that only "
             "moves a pointer, in the same moments. Handed over: messages "
             "of 20 blocks that one thread makes and another one ends, over "
             "messages that need no memory. Void: the cores were not there.",
             "");
}

std::string lifetime_table(const Comparison& comparison, bool colours) {
  const Contender& one = comparison.lifetime();
  const std::string meaning = lifetime_meaning(one);
  if (meaning.empty())
    return "";
  Table table({"Lifetime: one handler in C", "lines that\nfree",
               "exits for\nan error", "blocks\nan upload", "ends\nan upload",
               "growth\nMiB", "one forgotten\nMiB"});
  const auto at = [&one](const char* name, double unit) {
    return figure(one.median(name) / unit);
  };
  // The caller's own line that frees the answer, or ends the region, counts.
  const auto lines = [&one](const char* name) {
    return whole(one.median(name) + 1);
  };
  table.row({"malloc, free and exits", lines("lifetime_malloc_free_lines"),
             whole(one.median("lifetime_malloc_exits")),
             at("lifetime_malloc_allocations", 1),
             at("lifetime_malloc_frees", 1),
             at("lifetime_malloc_kept", mebibyte),
             at("lifetime_malloc_leak", mebibyte)});
  table.row({"a Region", lines("lifetime_region_free_lines"),
             whole(one.median("lifetime_region_exits")), "",
             at("lifetime_region_frees", 1),
             at("lifetime_region_kept", mebibyte), "-"},
            Table::Weight::strong);
  return table.text(colours) + wrapped(meaning, "");
}

}  // namespace tarn::compare
