// printed.cpp - which tables a program gets, and which a server.
//
// SPDX-License-Identifier: MIT
#include "program/printed.hpp"

#include "common/words.hpp"
#include "program/tables.hpp"
#include "program/way.hpp"

namespace tarn::program {
namespace {

using compare::wrapped;

// A run that is shorter is mostly the loading of libraries.
constexpr double short_run_seconds = 0.02;

// Each time something else than the first prints each time.
bool prints_otherwise(const Candidate& one, const Candidate& base) {
  return one.runs() && base.outputs.size() == 1 && one.outputs.size() == 1 &&
         one.outputs != base.outputs;
}

}  // namespace

std::string tables_of(const Results& results, bool colours) {
  const std::vector<Candidate>& all = results.candidates;
  const std::string first = results.is_server()
                                ? load_table(all, results.load, colours) +
                                      (results.load.empty() ? "" : "\n") +
                                      server_table(all, colours)
                                : time_table(all, colours);
  return first + "\n" + kernel_table(all, colours) +
         "Medians; +- is half the distance between the best and the worst "
         "round.\n";
}

std::string remarks_of(const Results& results) {
  const Candidate* const base = base_of(results.candidates);
  // What a server prints differs from run to run, and so does its load.
  if (results.is_server() || base == nullptr)
    return "";
  std::string text;
  if (base->median(names::wall) < short_run_seconds)
    text += wrapped(
        "So short a run is mostly the loading of libraries, of which every "
        "other malloc is one more: give the program more to do.",
        "");
  for (const Candidate& one : results.candidates)
    if (prints_otherwise(one, *base))
      text += wrapped("With " + one.name +
                          " it prints something else than with " + base->name +
                          ", each time: look whether it does the same work.",
                      "");
  return text;
}

std::string printed(const Results& results, bool colours) {
  return wrapped("tarn compare: " + subject_of(results), "  ") +
         wrapped(circumstances_of(results), "  ") + "\n" +
         tables_of(results, colours) + remarks_of(results) + "\n" +
         closing(results.candidates, results.verdict, colours);
}

}  // namespace tarn::program
