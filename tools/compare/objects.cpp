// objects.cpp - the rows, the sentences and the tables.
//
// SPDX-License-Identifier: MIT
#include "compare/objects.hpp"

#include "common/speed_difference.hpp"
#include "common/table.hpp"
#include "common/units.hpp"
#include "common/words.hpp"
#include "compare/problems.hpp"
#include "compare/row.hpp"
#include "compare/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tarn::compare {
namespace {

using List = std::vector<Contender>;

// What each table's sentence compares.
constexpr std::size_t comparisons = 2;

const Contender* with_style(const List& all, const char* style,
                            const std::string& rate) {
  for (const Contender& one : all)
    if (one.style == style && !one.rounds(rate).empty())
      return &one;
  return nullptr;
}

const Contender* fastest_malloc(const List& all, const std::string& rate) {
  std::vector<const Contender*> mallocs;
  for (const Contender& one : all)
    if (one.kind == Kind::malloc)
      mallocs.push_back(&one);
  return fastest_of(mallocs, rate);
}

/// "31 % more steps a second", or that there is no telling.
std::string against(const Contender& base, const Contender& other,
                    const std::string& rate, const char* unit) {
  const Difference found =
      difference_in_speed(base.rounds(rate), other.rounds(rate));
  const double ratio = (found.ratio - 1) * 100;
  const std::string says = format("%.0f %% %s %s a second", std::abs(ratio),
                                  ratio > 0 ? "more" : "fewer", unit);
  if (finding(found, comparisons, same_speed) == Finding::sure)
    return says;
  if (found.size() >= same_speed && (found.lowest > 1 || found.highest < 1))
    return "perhaps " + says + " (these rounds cannot be sure)";
  return format(
      "no difference that this run could tell (between %+.0f and %+.0f %%)",
      (found.lowest - 1) * 100, (found.highest - 1) * 100);
}

// Whether the cores were there for as many rounds as a figure needs.
bool is_told(const Contender& one, const std::string& what) {
  const std::vector<double>& counted = one.rounds(what + "_counted");
  return std::accumulate(counted.begin(), counted.end(), 0.0) >= least_rounds;
}

using Cells = std::vector<std::string>;

// The line that says how it scales.
Cells scaling_cells(const Contender& one, const std::string& what) {
  Cells cells{figure(one.median(what + "_rate") / million)};
  for (const auto& [name, unit] :
       {std::pair{"_all", million}, {"_scaling", 1.0}, {"_of_raw", 1.0}})
    cells.push_back(is_told(one, what) ? figure(one.median(what + name) / unit)
                                       : "void");
  return cells;
}

/// What a table tells besides the rates.
struct Column {
  const char* head;
  const char* name;  ///< of the figure, behind what the table is about
  double unit;
};

std::vector<std::string> heads(const char* title, const char* unit, int cores,
                               const std::vector<Column>& more) {
  std::vector<std::string> all{title, format("one core\nM %s/s", unit),
                               format("%d cores\nM %s/s", cores, unit),
                               "scaling\ntimes", "of raw\n "};
  for (const Column& one : more)
    all.push_back(one.head);
  return all;
}

// A row for each who has such rounds.
void fill(Table& table, const List& all, const std::string& what,
          const std::vector<Column>& more) {
  for (const Contender& one : all) {
    if (one.rounds(what + "_rate").empty())
      continue;
    Cells cells = scaling_cells(one, what);
    for (const Column& column : more)
      cells.push_back(figure(one.median(what + column.name) / column.unit));
    add_row(table, one, one.memory, std::move(cells));
  }
}

}  // namespace

List object_contenders(const Plan& plan) {
  List all;
  for (const Allocator& one : plan.allocators)
    all.push_back(
        {Code::ordinary, Kind::malloc, one.name, "ordinary", one.path});
  const auto add_pool = [&all](Kind kind, const char* memory,
                               const char* style) {
    all.push_back({Code::ordinary, kind, memory, style, ""});
  };
  add_pool(Kind::heap, "tarn Heap", "heap");
  add_pool(Kind::peer, "ObjectPool made anew", "anew");
  add_pool(Kind::tarn, "ObjectPool kept constructed", "kept");
  add_pool(Kind::peer, "one Region under a lock", "locked");
  add_pool(Kind::tarn, "PerThread Regions merged", "merged");
  return all;
}

bool has_connections(const Contender& one) {
  return one.style != "locked" && one.style != "merged";
}

bool has_trees(const Contender& one) {
  return one.style != "anew" && one.style != "kept";
}

std::string connections_meaning(const List& all) {
  const std::string rate = "connections_rate";
  const Contender* const kept = with_style(all, "kept", rate);
  const Contender* const anew = with_style(all, "anew", rate);
  const Contender* const best = fastest_malloc(all, rate);
  if (kept == nullptr || anew == nullptr || best == nullptr)
    return "";
  return "Connections that stay constructed in an ObjectPool have, against " +
         best->memory + " (the fastest malloc here), " +
         against(*best, *kept, rate, "steps") +
         ", and against the same pool made anew " +
         against(*anew, *kept, rate, "steps") +
         format(
             ". One is opened and closed in %s ns, p99.9 %s; with %s in %s "
             "and %s.",
             figure(kept->median("connections_p50")).c_str(),
             figure(kept->median("connections_p999")).c_str(),
             best->memory.c_str(),
             figure(best->median("connections_p50")).c_str(),
             figure(best->median("connections_p999")).c_str());
}

std::string trees_meaning(const List& all) {
  const std::string rate = "trees_rate";
  const Contender* const merged = with_style(all, "merged", rate);
  const Contender* const locked = with_style(all, "locked", rate);
  const Contender* const best = fastest_malloc(all, rate);
  if (merged == nullptr || locked == nullptr || best == nullptr)
    return "";
  return "Trees in the threads' own Regions, merged when all are built, have, "
         "against " +
         best->memory + " (the fastest malloc here), " +
         against(*best, *merged, rate, "nodes") +
         ", and against one Region under a lock " +
         against(*locked, *merged, rate, "nodes") +
         format(". They end in %s ns a node; with %s in %s.",
                figure(merged->median("trees_end")).c_str(),
                best->memory.c_str(),
                figure(best->median("trees_end")).c_str());
}

std::string connections_table(const List& all, int cores, bool colours) {
  const std::string meaning = connections_meaning(all);
  if (meaning.empty())
    return "";
  // What one head says above two columns leaves each as narrow as its figures,
  // which are wide on a busy machine.
  const std::vector<Column> more{{"open,\np50 ns", "_p50", 1},
                                 {"close\np99", "_p99", 1},
                                 {" \np99.9", "_p999", 1},
                                 {"peak\nMiB", "_peak", mebibyte}};
  Table table(heads("Connections", "steps", cores, more));
  fill(table, all, "connections", more);
  return table.text(colours) + wrapped(meaning, "") +
         wrapped(
             "Each step opens, uses or closes one of 128 connections of a "
             "thread, which have 4 KiB to read into, a parser's state and "
             "three containers; eight uses in the mean; over a malloc by new "
             "and delete. Steps a second of "
             "processor time while all cores work, and by the clock where "
             "a raw loop had the cores (void: it had not).",
             "");
}

std::string trees_table(const List& all, int cores, bool colours) {
  const std::string meaning = trees_meaning(all);
  if (meaning.empty())
    return "";
  const std::vector<Column> more{{"end\nns a node", "_end", 1},
                                 {"peak\nMiB", "_peak", mebibyte}};
  Table table(heads("Trees", "nodes", cores, more));
  fill(table, all, "trees", more);
  return table.text(colours) + wrapped(meaning, "") +
         wrapped(
             "Each thread builds 16 trees of 1 365 nodes, then all end "
             "together: over a malloc node by node, in Regions at once. "
             "Nodes a second of processor time, ends included; by the "
             "clock without.",
             "");
}

}  // namespace tarn::compare
