// command.cpp - sets the environment, then gives way.
//
// SPDX-License-Identifier: MIT
#include "run/command.hpp"

#include "common/allocators.hpp"
#include "common/child.hpp"
#include "common/door.hpp"
#include "common/refusal.hpp"
#include "program/inspection.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace tarn::run {
namespace {

using compare::Refusal;

void say(const std::string& sentence) {
  std::fprintf(stderr, "tarn: %s\n", sentence.c_str());
}

std::string value_of(const char* variable) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// Behind what the variable has already.
void set(const char* variable, const std::string& value,
         const char* separator = nullptr, bool in_front = false) {
  if (value.empty())
    return;
  const std::string before = separator == nullptr ? "" : value_of(variable);
  const std::string joined = before.empty() ? value
                             : in_front     ? value + separator + before
                                            : before + separator + value;
  setenv(variable, joined.c_str(), 1);
}

std::string joined(const std::vector<std::string>& options) {
  std::string all;
  for (const std::string& one : options)
    all += (all.empty() ? "" : ",") + one;
  return all;
}

// "", or why the program will not have tarn's malloc.
std::string why_not(const std::string& door, const std::string& path) {
  if (door.empty())
    return "this build of tarn has no libtarn-malloc.so";
  if (!compare::can_be_preloaded(door))
    return door +
           " cannot be preloaded, as LD_PRELOAD parts paths at spaces and "
           "colons";
  return program::why_not(path);
}

}  // namespace

int run(const Wishes& wishes) {
  std::string path;
  try {
    path = program::find_program(wishes.words.front());
  } catch (const Refusal& refusal) {
    say(refusal.what());
    return exit_not_found;
  }
  const std::string door = compare::find_door();
  if (const std::string why = why_not(door, path); !why.empty())
    say(why + "; it runs with the malloc that it has");
  else
    set("LD_PRELOAD", door, ":", true);
  set("TARN_LIMIT", wishes.limit);
  set("TARN_STATS_FILE", wishes.stats_file);
  set("TARN_STATS_INTERVAL", wishes.stats_interval);
  set("TARN_CHECK", wishes.check);
  set("TARN_OPTIONS", joined(wishes.options), ",");
  std::vector<std::string> words = wishes.words;
  execv(path.c_str(), compare::pointers_to(words).data());
  say("cannot start " + path + ": " + std::strerror(errno));
  return exit_not_started;
}

}  // namespace tarn::run
