// command.cpp - from wishes to tables.
//
// SPDX-License-Identifier: MIT
#include "fixed/command.hpp"

#include "common/child.hpp"
#include "common/machine.hpp"
#include "common/refusal.hpp"
#include "common/result_file.hpp"
#include "common/surroundings.hpp"
#include "common/to_exit_code.hpp"
#include "common/words.hpp"
#include "fixed/reports.hpp"
#include "fixed/tables.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tarn::compare::fixed {
namespace {

constexpr std::size_t kibibyte = 1024;

Plan plan_for(const Wishes& wishes) {
  Plan plan;
  plan.worker = own_folder() + "/tarn-fixed-worker";
  plan.fits = wishes.fits;
  plan.heap_bytes = wishes.heap_bytes;
  set_rounds(plan, wishes.effort, wishes.rounds);
  std::error_code error;
  if (!std::filesystem::exists(plan.worker, error))
    throw std::runtime_error("there is no tarn-fixed-worker in " +
                             own_folder() +
                             ", beside this program: build all of tools");
  return plan;
}

// What goes where: files are made at once and written at the end.
class Output {
 public:
  Output(const Wishes& wishes, Progress& progress)
      : progress_(progress),
        json_(wishes.json, "--json"),
        csv_(wishes.csv, "--csv"),
        html_(wishes.html, "--html"),
        sequence_(wishes.sequence, "--sequence") {
    demand_one_output({&json_, &csv_, &html_, &sequence_});
  }

  /// A Refusal where it arrives nowhere.
  void print(const std::string& text) {
    if (text.empty() || json_.is_output() || csv_.is_output() ||
        html_.is_output() || sequence_.is_output())
      return;
    progress_.clear();
    std::fputs((text + "\n").c_str(), stdout);
    if (std::fflush(stdout) != 0)
      throw Refusal(exit_not_written,
                    "cannot write the tables: make room where the output goes");
  }

  void write(const Comparison& comparison) {
    write_one(json_, [&] { return json_report(comparison); });
    write_one(csv_, [&] { return csv_report(comparison); });
    write_one(html_, [&] { return html_report(comparison); });
    write_one(sequence_, [&] { return sequences_of(comparison); });
  }

  void write(const std::vector<Sequence>& sequences,
             const std::vector<Replayed>& replayed) {
    write_one(json_, [&] { return json_report(sequences, replayed); });
  }

  [[nodiscard]] bool all_written() const noexcept { return all_written_; }

 private:
  template <class Report>
  void write_one(ResultFile& file, const Report& report) {
    if (!file.is_wanted())
      return;
    const std::string why = file.write(report());
    if (why.empty())
      return;
    progress_.say(why);
    all_written_ = false;
  }

  Progress& progress_;
  ResultFile json_;
  ResultFile csv_;
  ResultFile html_;
  ResultFile sequence_;
  bool all_written_ = true;
};

std::string heading(const std::string& what) {
  const Machine machine = this_machine();
  return "tarn compare --fixed: " + what + "\n" + machine.processor + ", " +
         std::to_string(machine.cores) + " cores, " + machine.kernel + "\n";
}

int measure(const Wishes& wishes, Progress& progress) {
  Output output(wishes, progress);
  Comparison comparison(plan_for(wishes), progress);
  const bool colours = wants_colours();
  comparison.time();
  output.print(
      heading(format("heaps in a buffer of %zu KiB; medians of %d rounds",
                     wishes.heap_bytes / kibibyte, comparison.plan().rounds)));
  output.print(calls_table(comparison, colours));
  if (!comparison.count())
    progress.say("instructions are not counted: install valgrind");
  output.print(instructions_table(comparison, colours));
  comparison.weigh();
  output.print(memory_table(comparison, colours));
  comparison.force();
  output.print(forced_table(comparison, colours));
  output.write(comparison);
  const std::vector<Contender>& all = comparison.contenders();
  const auto runs = std::count_if(
      all.begin(), all.end(), [](const Contender& one) { return one.runs(); });
  if (runs == 0)
    throw std::runtime_error("no fit works; each said why above");
  if (!output.all_written())
    return exit_not_written;
  return runs == static_cast<std::ptrdiff_t>(all.size()) ? exit_good
                                                         : exit_left_out;
}

std::string text_in(const std::string& path) {
  std::error_code error;
  std::ifstream file(path);
  // A folder opens, and cannot be read.
  if (!file || std::filesystem::is_directory(path, error))
    throw Refusal(exit_usage, "cannot read " + path + ": " +
                                  std::strerror(file ? EISDIR : errno) +
                                  "; --replay takes what --sequence wrote");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Sequence> sequences_in(const std::string& text,
                                   const std::string& path) {
  try {
    return read_sequences(text);
  } catch (const BrokenSequence& broken) {
    throw Refusal(exit_usage, path + ", " + broken.what());
  }
}

int replay_file(const Wishes& wishes, Progress& progress) {
  const std::string text = text_in(wishes.replay);
  const std::vector<Sequence> sequences = sequences_in(text, wishes.replay);
  Output output(wishes, progress);
  const Comparison comparison(plan_for(wishes), progress);
  progress.begin("replaying", sequences.size());
  const std::vector<Replayed> replayed = replay(comparison, text);
  output.print(heading(
      format("%zu sequences of %s", sequences.size(), wishes.replay.c_str())));
  output.print(replay_table(sequences, replayed, wants_colours()));
  output.write(sequences, replayed);
  return output.all_written() ? exit_good : exit_not_written;
}

}  // namespace

int run(const Wishes& wishes) noexcept {
  return to_exit_code("stopped; what was printed stands, nothing else is kept",
                      [&](Progress& progress) {
                        return wishes.replay.empty()
                                   ? measure(wishes, progress)
                                   : replay_file(wishes, progress);
                      });
}

}  // namespace tarn::compare::fixed
