// worker_run.cpp - what becomes of a worker.
//
// SPDX-License-Identifier: MIT
#include "fixed/worker_run.hpp"

#include "common/refusal.hpp"

#include <cstring>

namespace tarn::compare::fixed {
namespace {

// A worker that takes longer than this hangs.
constexpr int patience_seconds = 600;

}  // namespace

KeyValue split(const std::string& line) {
  const std::size_t space = line.rfind(' ');
  return space == std::string::npos
             ? KeyValue{line, ""}
             : KeyValue{line.substr(0, space), line.substr(space + 1)};
}

std::string how_it_ended(const ChildResult& result) {
  if (result.out.starts_with("error "))
    return result.out.substr(6, result.out.find('\n') - 6);
  if (result.too_slow)
    return "did not end within " + std::to_string(patience_seconds) + " s";
  if (result.signal != 0)
    return std::string("crashed (") + strsignal(result.signal) + ")";
  return "ended with exit code " + std::to_string(result.exit_code);
}

ChildResult run_worker(const std::vector<std::string>& words) {
  ChildResult result = run_child(words, "", patience_seconds);
  if (interrupted())
    throw Interrupted();
  return result;
}

}  // namespace tarn::compare::fixed
