// command.cpp - from wishes to tables.
//
// SPDX-License-Identifier: MIT
#include "compare/command.hpp"

#include "compare/child.hpp"
#include "compare/comparison.hpp"
#include "compare/findings.hpp"
#include "compare/json_report.hpp"
#include "compare/machine.hpp"
#include "compare/tables.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace tarn::compare {
namespace {

namespace fs = std::filesystem;

struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

// Where an installation has it, or beside the source it was built from. In this
// order, so that an installed command never reads a source that lies about.
std::string find_corpus(const std::string& wished, const std::string& tools) {
  std::error_code error;
  for (const std::string& folder : {wished, tools + "/../share/tarn/corpus",
                                    std::string(TARN_TOOL_CORPUS)}) {
    if (!folder.empty() && fs::exists(folder + "/site", error))
      return folder;
    if (!wished.empty())
      throw Usage("there are no requests in " + wished +
                  ": --corpus takes a folder like tarn's corpus/");
  }
  throw std::runtime_error(
      "tarn's corpus/ is not where it was built: name it with --corpus");
}

Plan plan_for(const Wishes& wishes, Progress& progress) {
  Plan plan;
  plan.effort = wishes.effort;
  plan.tools = own_folder();
  plan.corpus = find_corpus(wishes.corpus, plan.tools);
  if (!fs::exists(plan.tools + "/tarn-worker"))
    throw std::runtime_error("there is no tarn-worker in " + plan.tools +
                             ", beside this program: build all of tools");
  plan.allocators = find_allocators();
  if (plan.allocators.size() == 1)
    progress.say(
        "no jemalloc, tcmalloc or mimalloc found, only the system's malloc is "
        "compared; Debian has them: apt install libjemalloc2 "
        "libtcmalloc-minimal4 libmimalloc2.0");
  for (const std::string& one : wishes.allocators) {
    try {
      plan.allocators.push_back(named_allocator(one));
    } catch (const std::runtime_error& error) {
      throw Usage(error.what());
    }
  }
  return plan;
}

void describe(const Machine& machine, Progress& progress) {
  char load[16];
  std::snprintf(load, sizeof load, "%.1f", machine.load);
  if (machine.cores == 1)
    progress.say(
        "only one core: whatever else runs here lands in these figures, so "
        "trust the instructions and the ratios, and look at the spread");
  else if (machine.load > machine.cores * 0.5)
    progress.say("this machine is busy (load " + std::string(load) + " on " +
                 std::to_string(machine.cores) +
                 " cores): trust ratios, and look at the spread");
}

// A file that is written at the end, but whose folder is tried at once.
class JsonFile {
 public:
  explicit JsonFile(const std::string& path) : path_(path) {
    if (path.empty() || path == "-")
      return;
    file_ = std::fopen(path.c_str(), "w");
    if (file_ == nullptr)
      throw Usage("cannot write " + path + ": " + std::strerror(errno) +
                  "; name another file after --json");
  }
  ~JsonFile() {
    if (file_ != nullptr)
      std::fclose(file_);
  }
  JsonFile(const JsonFile&) = delete;
  JsonFile& operator=(const JsonFile&) = delete;

  /// Whether tables would be in the way of the JSON.
  [[nodiscard]] bool is_output() const { return path_ == "-"; }

  /// "", or why it could not be written.
  [[nodiscard]] std::string write(const std::string& text) {
    std::FILE* const to = is_output() ? stdout : file_;
    if (to == nullptr)
      return "";
    const bool written =
        std::fwrite(text.data(), 1, text.size(), to) == text.size() &&
        std::fflush(to) == 0;
    return written ? ""
                   : std::string("cannot write the JSON to ") + path_ + ": " +
                         std::strerror(errno) +
                         "; make room or name another file after --json";
  }

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
};

bool wants_colours() {
  const char* const refused = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0');
}

class Output {
 public:
  Output(bool silent, Progress& progress)
      : silent_(silent), progress_(progress) {}

  void print(const std::string& text) {
    if (silent_)
      return;
    progress_.clear();
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  bool silent_;
  Progress& progress_;
};

std::string heading(const Comparison& comparison, const Machine& machine) {
  return "tarn compare: " + std::to_string(comparison.requests()) +
         " HTTP requests, parsed and answered for real, one thread; medians "
         "of " +
         std::to_string(comparison.plan().rounds) + " rounds\n" +
         machine.processor + ", " + std::to_string(machine.cores) + " cores, " +
         machine.kernel + "\n";
}

bool any_runs(const Comparison& comparison) {
  return std::any_of(
      comparison.contenders().begin(), comparison.contenders().end(),
      [](auto& one) { return one.runs() && one.kind != Kind::reading; });
}

int compare(const Wishes& wishes, Progress& progress) {
  JsonFile json(wishes.json);
  const Machine machine = this_machine();
  Comparison comparison(plan_for(wishes, progress), progress);
  describe(machine, progress);
  Output output(json.is_output(), progress);
  const bool colours = wants_colours();
  comparison.check();
  if (!any_runs(comparison))
    throw std::runtime_error("no contender works; each said why above");
  comparison.serve();
  output.print(heading(comparison, machine));
  output.print(serving_table(comparison, colours));
  comparison.call();
  output.print(call_table(comparison, colours));
  const bool counted = comparison.count();
  const Findings findings = find(comparison.contenders());
  if (counted)
    output.print(instruction_table(comparison, findings, colours));
  else
    progress.say("instructions are not counted: install valgrind");
  output.print(closing(comparison, findings, colours));
  if (const std::string why = json.write(json_report(comparison, findings));
      !why.empty()) {
    progress.say(why);
    return exit_not_written;
  }
  const bool all_ran = std::all_of(
      comparison.contenders().begin(), comparison.contenders().end(),
      [](const Contender& one) { return one.runs(); });
  return all_ran ? exit_good : exit_left_out;
}

}  // namespace

int run(const Wishes& wishes) noexcept {
  Progress progress;
  catch_interrupts();
  try {
    return compare(wishes, progress);
  } catch (const Interrupted&) {
    progress.say("stopped; what was printed stands, nothing else is kept");
    return exit_interrupted;
  } catch (const Usage& error) {
    progress.say(error.what());
    return exit_usage;
  } catch (const std::exception& error) {
    progress.say(error.what());
    return exit_nothing;
  }
}

}  // namespace tarn::compare
