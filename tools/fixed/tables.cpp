// tables.cpp - which figure stands in which column.
//
// SPDX-License-Identifier: MIT
#include "fixed/tables.hpp"

#include "common/table.hpp"
#include "common/units.hpp"
#include "common/words.hpp"

#include <functional>
#include <utility>

namespace tarn::compare::fixed {
namespace {

using Cells = std::vector<std::string>;

constexpr double granule_bytes = 16;

std::string label(const Contender& one) {
  return one.kind == Kind::unbounded ? one.name + " *" : one.name;
}

void add_row(Table& table, const Contender& one, Cells cells) {
  cells.insert(cells.begin(), label(one));
  table.row(std::move(cells));
}

// A row for each fit that has the figure.
void fill(Table& table, const Comparison& comparison, const char* figure,
          const std::function<Cells(const Contender&)>& cells) {
  for (const Contender& one : comparison.contenders())
    if (one.runs() && one.has(figure))
      add_row(table, one, cells(one));
}

bool any_has(const Comparison& comparison, const char* figure) {
  for (const Contender& one : comparison.contenders())
    if (one.runs() && one.has(figure))
      return true;
  return false;
}

// Whole when it is exact, "-" when there is none.
std::string count(const Contender& one, const std::string& name) {
  return one.has(name) ? whole(one.median(name)) : "-";
}

std::string times(double value, double of) {
  return value == 0 || of == 0 ? "-" : figure(value / of);
}

// What the star says, where there is one.
std::string note_on(const Comparison& comparison) {
  for (const Contender& one : comparison.contenders())
    if (one.kind == Kind::unbounded && one.runs())
      return "* looks at free blocks one by one: its time has no bound.\n";
  return "";
}

std::string table_of(const Table& table, const Comparison& comparison,
                     const std::string& meaning, bool colours) {
  return table.text(colours) + note_on(comparison) + wrapped(meaning, "");
}

}  // namespace

std::string calls_table(const Comparison& comparison, bool colours) {
  if (!any_has(comparison, "device_mean"))
    return "";
  Table table({"One call", "mean\nns", "spread\n+-", "p50\nns", "p99\nns",
               "p99.9\nns", "longest\nus"});
  for (const char* const workload : {"device", "random"}) {
    const std::string name = workload;
    table.group(name == "device" ? "a device's jobs"
                                 : "random sizes, any order");
    fill(table, comparison, "device_mean", [&name](const Contender& one) {
      return Cells{figure(one.median(name + "_mean")),
                   percent(one.figures.at(name + "_mean").spread()),
                   figure(one.median(name + "_p50")),
                   figure(one.median(name + "_p99")),
                   figure(one.median(name + "_p999")),
                   figure(one.median(name + "_max") / microsecond)};
    });
  }
  return table_of(table, comparison, calls_meaning(comparison), colours);
}

std::string instructions_table(const Comparison& comparison, bool colours) {
  constexpr const char* first = "allocate_instructions_mean";
  if (!any_has(comparison, first))
    return "";
  Table table({"Instructions", "allocate\nmean", " \nmost", " \ncomb",
               "deallocate\nmean", " \nmost", " \ncomb", "code\nbytes"});
  fill(table, comparison, first, [](const Contender& one) {
    Cells cells;
    for (const std::string call : {"allocate", "deallocate"}) {
      cells.push_back(figure(one.median(call + "_instructions_mean")));
      cells.push_back(count(one, call + "_instructions_most"));
      cells.push_back(count(one, call + "_instructions_comb"));
    }
    cells.push_back(count(one, "code_bytes"));
    return cells;
  });
  return table_of(table, comparison, instructions_meaning(comparison), colours);
}

std::string memory_table(const Comparison& comparison, bool colours) {
  if (!any_has(comparison, "device_asked"))
    return "";
  Table table({"Memory", "device\ntaken", " \nrefused", "random\ntaken",
               " \nrefused", "a head\nbytes", "beside\nbytes"});
  fill(table, comparison, "device_asked", [](const Contender& one) {
    Cells cells;
    for (const std::string workload : {"device", "random"}) {
      cells.push_back(percent(one.median(workload + "_taken") /
                              one.median(workload + "_asked")));
      cells.push_back(count(one, workload + "_refused"));
    }
    cells.push_back(count(one, "head"));
    cells.push_back(count(one, "beside"));
    return cells;
  });
  return table_of(table, comparison, memory_meaning(comparison), colours);
}

std::string forced_table(const Comparison& comparison, bool colours) {
  if (!any_has(comparison, "powers_forced"))
    return "";
  Table table({"Forced fragmentation", "powers of 2\nforced", " \nrequired",
               " \nexpected", " \nby", "any size\nforced", " \nrequired",
               " \nexpected", " \nby"});
  const double live = comparison.plan().live();
  fill(table, comparison, "powers_forced", [live](const Contender& one) {
    Cells cells;
    for (const std::string sizes : {"powers", "any"}) {
      for (const char* const what : {"_forced", "_required", "_expected"})
        cells.push_back(times(one.median(sizes + what), live));
      const auto by = one.by.find(sizes + "_by");
      cells.push_back(by == one.by.end() ? "" : by->second);
    }
    return cells;
  });
  return table_of(table, comparison, forced_meaning(comparison), colours);
}

std::string replay_table(const std::vector<Sequence>& sequences,
                         const std::vector<Replayed>& replayed, bool colours) {
  Table table({"Replayed", "heap\nKiB", "times\nthe live"});
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const Sequence& one = sequences[i];
    table.group(format(
        "sequence %zu, made for %s: %zu calls, %s KiB live at most", i + 1,
        one.fit.empty() ? "nobody" : one.fit.c_str(), one.steps.size(),
        figure(one.live * granule_bytes / kibibyte).c_str()));
    for (const Replayed& fit : replayed) {
      const double heap = fit.heaps.at(i);
      table.row(
          {fit.fit,
           heap == 0 ? "> 65 536" : figure(heap * granule_bytes / kibibyte),
           times(heap, one.live)});
    }
  }
  return table.text(colours) +
         wrapped(
             "The heap for blocks, heads included and what lies beside "
             "them not, that serves every call of the sequence; one "
             "granule of 16 bytes less refuses some.",
             "");
}

namespace {

const Contender* least(const Comparison& comparison, const char* name) {
  const Contender* best = nullptr;
  for (const Contender& one : comparison.contenders())
    if (one.runs() && one.has(name) && one.kind != Kind::peer &&
        (best == nullptr || one.median(name) < best->median(name)))
      best = &one;
  return best;
}

}  // namespace

std::string calls_meaning(const Comparison& comparison) {
  const Contender* const device = least(comparison, "device_mean");
  const Contender* const random = least(comparison, "random_mean");
  if (device == nullptr || random == nullptr)
    return "";
  return format("Shortest in the mean: %s in %s ns a call of a device's jobs, ",
                device->name.c_str(),
                figure(device->median("device_mean")).c_str()) +
         format("%s in %s of random ones; ", random->name.c_str(),
                figure(random->median("random_mean")).c_str()) +
         format(
             "what differs by less than the spread may be chance. The mean has "
             "no clock in it, single calls one reading (%s ns). The longest "
             "says what else the machine did; what a fit does at most is in "
             "the next table.",
             figure(device->median("clock_floor")).c_str());
}

std::string instructions_meaning(const Comparison& comparison) {
  const Contender* const best = least(comparison, "allocate_instructions_comb");
  if (best == nullptr)
    return "";
  return format(
             "Counted call by call: of both workloads %d from their middle "
             "on, ",
             comparison.plan().counted_calls) +
         "and behind a comb, where every other granule is free and none of "
         "them serves. " +
         format("Least there: %s, %s for an allocation. ", best->name.c_str(),
                whole(best->median("allocate_instructions_comb")).c_str()) +
         "Code is that of the functions that these calls ran through; faults "
         "are not in it.";
}

std::string memory_meaning(const Comparison& comparison) {
  const Contender* best = nullptr;
  for (const Contender& one : comparison.contenders())
    if (one.runs() && one.kind != Kind::peer && one.has("device_asked") &&
        one.median("device_refused") == 0 &&
        (best == nullptr ||
         one.median("device_taken") < best->median("device_taken")))
      best = &one;
  return format(
             "What blocks take of what is asked for, heads and rounding "
             "included, at the peak of each workload, which is half of the "
             "heap of %s KiB; and how many calls were refused. ",
             figure(static_cast<double>(comparison.plan().heap_bytes) /
                    kibibyte)
                 .c_str()) +
         (best != nullptr ? "Least of a device's jobs, and none refused: " +
                                best->name + ". "
          : least(comparison, "device_asked") != nullptr
              ? "Each refused some of a device's jobs. "
              : "") +
         "Beside the blocks lie the heap object and its book.";
}

std::string forced_meaning(const Comparison& comparison) {
  const Contender* const best = least(comparison, "any_forced");
  if (best == nullptr)
    return "";
  const double live = comparison.plan().live();
  return format(
             "The heap, in times the live bytes, that the worst program found "
             "makes a fit need: %s KiB live in blocks of 1 to %u granules of "
             "16 bytes, heads included. ",
             figure(live * granule_bytes / kibibyte).c_str(),
             comparison.plan().largest()) +
         "Required is proven to be always enough; expected has held so far. "
         "Least by any size: " +
         best->name + ", " + figure(best->median("any_forced") / live) +
         ". A search, no proof: a fit may be forced further. --sequence FILE "
         "writes the programs down, --replay FILE plays them to any fit.";
}

}  // namespace tarn::compare::fixed
