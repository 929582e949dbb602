// compare_verb.cpp - the words of `tarn compare`.
//
// SPDX-License-Identifier: MIT
#include "tarn/verbs.hpp"

#include "compare/command.hpp"
#include "fixed/command.hpp"
#include "program/command.hpp"

#include <memory>
#include <utility>

namespace tarn::verbs {
namespace {

using compare::Effort;

// What the words ask for: `program` when there is a `--`, `fixed` when that was
// said, else `server`.
struct Asked {
  compare::Wishes server;
  program::Wishes program;
  compare::fixed::Wishes fixed;
  bool is_fixed = false;
};

// The names of options that only one of them has.
struct Own {
  std::vector<std::string> server;
  std::vector<std::string> program;
};

/// Options of either comparison.
void add_common(CLI::App& verb, Asked& asked) {
  compare::Wishes& wishes = asked.server;
  verb.add_flag_callback(
          "--quick", [&wishes] { wishes.effort = Effort::quick; },
          "In less time, with wider spreads")
      ->excludes(verb.add_flag_callback(
          "--full", [&wishes] { wishes.effort = Effort::full; },
          "In much more, with narrower ones"));
  verb.add_option("--allocator", wishes.allocators,
                  "Compare this malloc too: the path of its shared library, "
                  "or NAME=PATH; may be repeated")
      ->type_name("PATH");
  verb.add_option("--only", wishes.only,
                  "With the malloc of this name only, beside the system's, or "
                  "the one that the program has; may be repeated")
      ->type_name("NAME");
  verb.add_option("--json", wishes.json,
                  "Write all figures to FILE; - for standard output, without "
                  "tables")
      ->type_name("FILE");
  verb.add_option("--csv", wishes.csv,
                  "Write all figures to FILE, a line for each")
      ->type_name("FILE");
  verb.add_option("--html", wishes.html,
                  "Write a page with plots to FILE, which needs no other")
      ->type_name("FILE");
}

/// Options that only the built-in server has; returns their names.
std::vector<std::string> add_server(CLI::App& verb, Asked& asked) {
  const char* const group = "The built-in server";
  verb.add_option("--corpus", asked.server.corpus,
                  "Take the requests from this folder")
      ->type_name("FOLDER")
      ->group(group);
  // In no help: what so few rounds say is for tests, which look at no figure.
  verb.add_option("--rounds", asked.server.rounds)
      ->check(CLI::Range(1, 1000))
      ->group("");
  return {"--corpus", "--rounds"};
}

/// Options that only a program has; returns their names.
std::vector<std::string> add_program(CLI::App& verb, Asked& asked) {
  program::Wishes& wishes = asked.program;
  const char* const group = "A program of your own, after --";
  verb.add_option("--runs", wishes.runs,
                  "Run it N times with each malloc, instead of as often as "
                  "it takes to tell")
      ->type_name("N")
      ->check(CLI::Range(1, 10000))
      ->group(group);
  verb.add_option("--exit-code", wishes.good_exit_code,
                  "It ends well with exit code N, instead of 0")
      ->type_name("N")
      ->check(CLI::Range(0, 255))
      ->group(group);
  verb.add_option("--patience", wishes.patience,
                  "Name the options for servers after so many seconds, "
                  "instead of 60")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 1'000'000))
      ->group(group);
  CLI::Option* const load =
      verb.add_option("--load", wishes.load,
                      "It is a server: COMMAND loads it, and its figures are "
                      "shown (wrk, ab, redis-benchmark, or see --figure)")
          ->type_name("COMMAND")
          ->group(group);
  CLI::Option* const ready =
      verb.add_option("--ready", wishes.port,
                      "The server is ready when this TCP port is open")
          ->type_name("PORT")
          ->check(CLI::Range(1, 65535))
          ->needs(load)
          ->group(group);
  load->needs(ready);
  verb.add_option("--for", wishes.duration,
                  "Keep up the load for 60s, 2m, 1h: it is started again "
                  "while there is time, and interrupted when there is none")
      ->type_name("TIME")
      ->needs(load)
      ->group(group);
  verb.add_option("--figure", wishes.figures,
                  "Show what the load command says where REGEX matches, "
                  "which has a group around the number; may be repeated")
      ->type_name("REGEX")
      ->needs(load)
      ->group(group);
  return {"--runs",  "--exit-code", "--patience", "--load",
          "--ready", "--for",       "--figure"};
}

void add_fixed(CLI::App& verb, Asked& asked) {
  compare::fixed::Wishes& wishes = asked.fixed;
  const char* const group = "The fits of FixedHeap";
  CLI::Option* const fixed =
      verb.add_flag("--fixed", asked.is_fixed,
                    "Compare the fits of FixedHeap: time, instructions, "
                    "memory, and how much a program can force them to need")
          ->group(group);
  verb.add_option("--heap-bytes", wishes.heap_bytes,
                  "In a buffer of N bytes, instead of 262144")
      ->type_name("N")
      ->check(CLI::Range(compare::fixed::least_heap_bytes,
                         compare::fixed::most_heap_bytes))
      ->needs(fixed)
      ->group(group);
  verb.add_option("--fit", wishes.fits,
                  "Only the fit of this name; may be repeated")
      ->type_name("NAME")
      ->needs(fixed)
      ->group(group);
  CLI::Option* const sequence =
      verb.add_option("--sequence", wishes.sequence,
                      "Write the programs that force most to FILE; - for "
                      "standard output, without tables")
          ->type_name("FILE")
          ->needs(fixed)
          ->group(group);
  verb.add_option("--replay", wishes.replay,
                  "Play the programs of FILE to every fit, and measure "
                  "nothing else")
      ->type_name("FILE")
      ->needs(fixed)
      ->excludes(sequence)
      ->excludes("--csv")
      ->excludes("--html")
      ->group(group);
}

// The first of these that was said, or "".
std::string said_of(const CLI::App& verb,
                    const std::vector<std::string>& options) {
  for (const std::string& option : options)
    if (verb.count(option) != 0)
      return option;
  return "";
}

int run_program(Asked& asked, const std::vector<std::string>& words) {
  asked.program.words = words;
  asked.program.effort = asked.server.effort;
  asked.program.allocators = asked.server.allocators;
  asked.program.only = asked.server.only;
  asked.program.json = asked.server.json;
  asked.program.csv = asked.server.csv;
  asked.program.html = asked.server.html;
  return program::run(asked.program);
}

int run_fixed(const CLI::App& verb, Asked& asked, const Own& own) {
  for (const auto& [options, whose] :
       {std::pair{own.program, " is for a program after --"},
        std::pair{std::vector<std::string>{"--corpus", "--allocator", "--only"},
                  " is for other memory than a FixedHeap"}})
    if (const std::string wrong = said_of(verb, options); !wrong.empty())
      return refuse(wrong + whose + ", and not for --fixed", "compare");
  asked.fixed.effort = asked.server.effort;
  asked.fixed.rounds = asked.server.rounds;
  asked.fixed.json = asked.server.json;
  asked.fixed.csv = asked.server.csv;
  asked.fixed.html = asked.server.html;
  return compare::fixed::run(asked.fixed);
}

int compare_with(const CLI::App& verb, Asked& asked, const Own& own,
                 const Program& program) {
  if (program && asked.is_fixed)
    return refuse("--fixed compares no program: leave out what follows --",
                  "compare");
  if (program) {
    if (const std::string wrong = said_of(verb, own.server); !wrong.empty())
      return refuse(wrong + " is for the built-in server only", "compare");
    if (program->empty())
      return refuse("no program is named after --", "compare");
    return run_program(asked, *program);
  }
  if (asked.is_fixed)
    return run_fixed(verb, asked, own);
  if (const std::string wrong = said_of(verb, own.program); !wrong.empty())
    return refuse(wrong +
                      " is for a program, which is named after --, such "
                      "as tarn compare " +
                      wrong + " ... -- ./program",
                  "compare");
  return compare::run(asked.server);
}

}  // namespace

Verb add_compare(CLI::App& command) {
  const auto asked = std::make_shared<Asked>();
  CLI::App& verb = *command.add_subcommand(
      "compare",
      "Compare memory allocators: on a built-in server with real HTTP "
      "requests, where a Region is compared too, or, after --, on a program "
      "of your own; or the fits of FixedHeap");
  add_common(verb, *asked);
  const Own own{add_server(verb, *asked), add_program(verb, *asked)};
  add_fixed(verb, *asked);
  verb.footer(
      "  tarn compare\n"
      "  tarn compare -- PROGRAM ARGUMENTS\n"
      "  tarn compare --load 'wrk -d10s http://localhost:8080/' --ready 8080 "
      "-- SERVER\n"
      "  tarn compare --fixed\n\n"
      "Tables go to standard output, progress to standard error.\n"
      "Exit codes: 0 compared, 1 somebody failed and was left out, 2 not\n"
      "understood, 3 nothing could be compared, 4 a file could not be "
      "written,\n"
      "130 stopped by Ctrl-C. More: docs/compare.md, docs/compare-programs.md");
  return [asked, &verb, own](const Program& program) {
    return compare_with(verb, *asked, own, program);
  };
}

}  // namespace tarn::verbs
