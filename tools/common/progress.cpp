// progress.cpp - the changing line, cut to the width of a terminal.
//
// SPDX-License-Identifier: MIT
#include "common/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace tarn::compare {
namespace {

// A line that does not wrap on the narrowest usual terminal.
constexpr int width = 79;

}  // namespace

Progress::Progress()
    : terminal_(isatty(STDERR_FILENO) != 0),
      began_(std::chrono::steady_clock::now()) {}

void Progress::begin(const std::string& phase, std::size_t steps) {
  phase_ = phase;
  steps_ = steps;
  done_ = 0;
  if (!terminal_)
    say(phase_);
}

void Progress::step(const std::string& what) {
  ++done_;
  if (!terminal_)
    return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now() - began_);
  const std::string line = "tarn: " + phase_ + ", " + std::to_string(done_) +
                           " of " + std::to_string(steps_) + " (" +
                           std::to_string(seconds.count()) + " s): " + what;
  std::fprintf(stderr, "\r%-*.*s", width, width, line.c_str());
  std::fflush(stderr);
  line_shown_ = true;
}

void Progress::say(const std::string& sentence) {
  clear();
  std::fprintf(stderr, "tarn: %s\n", sentence.c_str());
}

void Progress::clear() {
  if (line_shown_)
    std::fprintf(stderr, "\r%*s\r", width, "");
  std::fflush(stderr);
  line_shown_ = false;
}

}  // namespace tarn::compare
