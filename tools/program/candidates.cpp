// candidates.cpp - builds the list of preloaded libraries, and asks the probe.
//
// SPDX-License-Identifier: MIT
#include "program/candidates.hpp"

#include "common/allocators.hpp"
#include "common/child.hpp"
#include "common/refusal.hpp"
#include "common/surroundings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <gnu/libc-version.h>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace tarn::program {
namespace {

using compare::exit_nothing;
using compare::exit_usage;
using compare::Interrupted;
using compare::Refusal;
using compare::same_file;

// The libraries of a program are loaded within this, or never.
constexpr int patience_milliseconds = 10'000;

Candidate candidate_of(const compare::Allocator& allocator) {
  Candidate candidate;
  candidate.name = allocator.name;
  candidate.preload = allocator.path;
  return candidate;
}

// Of the C library that this program has, and so every other of this machine.
std::string system_library() {
  Dl_info found{};
  return dladdr(reinterpret_cast<void*>(&gnu_get_libc_version), &found) != 0
             ? found.dli_fname
             : "";
}

// Fills in served_by, or failure.
void ask(const Stage& stage, Answers& answers, Candidate& candidate) {
  Process process(stage.start(candidate, "!" + answers.path()));
  while (!process.wait(patience_milliseconds)) {
    if (compare::interrupted())
      throw Interrupted();
    process.end();
  }
  const std::vector<Answers::Answer> said = answers.take();
  if (!said.empty())
    candidate.served_by = said.front().library;
  if (process.ending().error != 0)
    throw Refusal(exit_usage, stage.path + " " + process.ending().sentence());
  if (candidate.preload.empty() ||
      same_file(candidate.served_by, candidate.preload))
    return;
  candidate.last_words = process.errors().text();
  candidate.failure =
      said.empty()
          ? "did not load: the program " + process.ending().sentence()
          : "was not loaded: malloc would come from " + candidate.served_by;
}

bool is_c_library(const std::string& path) {
  const std::string name = file_name(path);
  return name.starts_with("libc.so") || name.starts_with("libc-");
}

// What the program links itself is the one to compare with, and the system's
// is given to it as the others are.
void put_own_first(Candidates& found) {
  Candidate& own = found.all.front();
  own.name = "its own malloc";
  found.remarks.push_back("it brings " + own.served_by +
                          ", whose malloc it calls: the others are compared "
                          "with that one");
  std::erase_if(found.all, [&own](const Candidate& one) {
    return &one != &own && same_file(one.preload, own.served_by);
  });
  Candidate system;
  system.name = "system malloc";
  system.preload = system_library();
  found.all.insert(found.all.begin() + 1, std::move(system));
}

}  // namespace

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

Answers::Answers() : file_(memfd_create("tarn-probe", MFD_CLOEXEC)) {
  if (file_ < 0)
    throw Refusal(exit_nothing,
                  std::string("cannot make a file in memory: ") +
                      std::strerror(errno) +
                      "; raise the limit of open files (ulimit -n)");
  path_ = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_);
}

Answers::~Answers() {
  close(file_);
}

std::vector<Answers::Answer> Answers::take() {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t size = 0; (size = pread(file_, buffer.data(), buffer.size(),
                                       static_cast<off_t>(text.size()))) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  static_cast<void>(ftruncate(file_, 0));
  std::vector<Answer> answers;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string::npos)
      answers.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return answers;
}

Start Stage::start(const Candidate& candidate, const std::string& probe) const {
  Start start;
  start.launcher = tools + "/tarn-launch";
  start.path = path;
  start.words = words;
  start.input = input;
  start.probe = probe;
  const auto preload = [&start](const std::string& library) {
    if (!library.empty())
      start.preload += (start.preload.empty() ? "" : ":") + library;
  };
  // The probe looks for the first malloc behind itself.
  if (!probe.empty())
    preload(tools + "/libtarn-probe.so");
  preload(candidate.preload);
  // What the user preloads anyway stays.
  const char* const already = std::getenv("LD_PRELOAD");
  if (already != nullptr && !start.preload.empty())
    preload(already);
  return start;
}

Candidates find_candidates(const Stage& stage,
                           const std::vector<std::string>& asked_for,
                           const std::vector<std::string>& only) {
  if (!compare::can_be_preloaded(stage.tools))
    throw Refusal(exit_nothing,
                  "tarn lies in " + stage.tools +
                      ", which LD_PRELOAD cannot name, as it parts paths at "
                      "spaces and colons: move it");
  Candidates found;
  for (const compare::Allocator& one : compare::find_allocators())
    found.all.push_back(candidate_of(one));
  for (const std::string& words : asked_for)
    found.all.push_back(candidate_of(compare::named_allocator(words)));
  Answers answers;
  ask(stage, answers, found.all.front());
  const std::string& served = found.all.front().served_by;
  if (!served.empty() && !is_c_library(served))
    put_own_first(found);
  compare::keep_only(only, found.all);
  for (std::size_t i = 1; i < found.all.size(); ++i)
    ask(stage, answers, found.all[i]);
  return found;
}

}  // namespace tarn::program
