// look.cpp - tells what pools another process has, without its help.
//
//     tarn-look PID text|json|openmetrics|leaks|leaks-json SECONDS
//
// Each try is a process of its own, at addresses of its own: what the target
// writes may not lie where we have something, and its structures are read while
// it changes them. With SECONDS it looks twice and tells what has changed.
//
// SPDX-License-Identifier: MIT
#include "tarn/checks.hpp"
#include "tarn/stats.hpp"

#include "common/refusal.hpp"
#include "stats/borrowed.hpp"
#include "stats/leaks.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace tarn::stats {
namespace {

using compare::exit_nothing;
using compare::Refusal;

constexpr int tries = 8;
// A walk over a terabyte takes less; one that does not end follows a wild link.
constexpr unsigned patience_seconds = 5;

constexpr const char* attempt_word = "--attempt";

StatsForm form_of(const char* word) {
  return std::strcmp(word, "json") == 0          ? StatsForm::json
         : std::strcmp(word, "openmetrics") == 0 ? StatsForm::openmetrics
                                                 : StatsForm::text;
}

void append(void* context, const char* text, std::size_t size) {
  static_cast<std::string*>(context)->append(text, size);
}

// Ends the process: our libtarn.so has become somebody else's.
[[noreturn]] void look(const Target& target, std::uintptr_t library,
                       const char* word, unsigned seconds) {
  static Snapshot before;
  static Snapshot now;
  std::string text;
  text.reserve(std::size_t{1} << 20);
  alarm(patience_seconds);
  borrow(target, library);
  now = snapshot();
  if (seconds != 0) {
    before = now;
    alarm(0);
    sleep(seconds);
    alarm(patience_seconds);
    borrow(target, library);
    now = snapshot();
  }
  const bool is_of_leaks = is_form_of_leaks(word);
  if (is_of_leaks)
    write_leaks(target, now, check_mode() != CheckMode::off, word, text);
  else
    write_stats(now, seconds != 0 ? &before : nullptr, form_of(word), append,
                &text);
  const bool is_written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
      std::fflush(stdout) == 0;
  if (!is_written)
    _exit(compare::exit_not_written);
  _exit(is_of_leaks && now.suspect_count != 0 ? exit_suspects : 0);
}

int attempt(int number, const char* word, unsigned seconds) {
  const Target target(number);
  const std::uintptr_t library = target.find_library(own_library());
  if (target.collides())
    return exit_wild;
  look(target, library, word, seconds);
}

// Runs this program again; its exit code, or exit_wild for a signal.
int try_once(char** words) {
  const pid_t child = fork();
  if (child == 0) {
    // Our own memory may not be that library's, whose state will be another's.
    unsetenv("LD_PRELOAD");
    std::string program = "/proc/self/exe";
    std::string mark = attempt_word;
    char* const again[] = {program.data(), mark.data(), words[1],
                           words[2],       words[3],    nullptr};
    execv("/proc/self/exe", again);
    _exit(compare::exit_nothing);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    return exit_nothing;
  return WIFEXITED(status) ? WEXITSTATUS(status) : exit_wild;
}

}  // namespace
}  // namespace tarn::stats

int main(int count, char** words) {
  using namespace tarn::stats;
  try {
    if (count == 5 && std::strcmp(words[1], attempt_word) == 0)
      return attempt(std::atoi(words[2]), words[3],
                     static_cast<unsigned>(std::atoi(words[4])));
    if (count != 4)
      return tarn::compare::exit_usage;
    for (int i = 0; i < tries; ++i)
      if (const int code = try_once(words); code != exit_wild)
        return code;
    std::fprintf(stderr,
                 "tarn: process %s changes too quickly to be looked at, or was "
                 "stopped in the middle of a change; try again\n",
                 words[1]);
    return exit_nothing;
  } catch (const tarn::compare::Refusal& refusal) {
    std::fprintf(stderr, "tarn: %s\n", refusal.what());
    return refusal.code;
  }
}
