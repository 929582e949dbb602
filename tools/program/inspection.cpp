// inspection.cpp - follows a script to its interpreter, then reads the ELF
// file.
//
// SPDX-License-Identifier: MIT
#include "program/inspection.hpp"

#include "common/elf_file.hpp"
#include "common/refusal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace tarn::program {
namespace {

using compare::ElfFile;
using compare::exit_nothing;
using compare::exit_usage;
using compare::Refusal;

// The kernel follows no more scripts that interpret scripts.
constexpr int most_interpreters = 4;

bool is_executable_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) &&
         access(path.c_str(), X_OK) == 0;
}

// "" when it is in no folder of PATH.
std::string find_in_path(const std::string& name) {
  const char* const folders = std::getenv("PATH");
  std::istringstream list(folders == nullptr ? "/bin:/usr/bin" : folders);
  std::string folder;
  while (std::getline(list, folder, ':')) {
    const std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (is_executable_file(path))
      return path;
  }
  return "";
}

}  // namespace

std::string find_program(const std::string& word) {
  if (word.empty())
    throw Refusal(exit_usage, "no program is named after --");
  if (word.find('/') == std::string::npos) {
    const std::string found = find_in_path(word);
    if (found.empty())
      throw Refusal(exit_usage, "there is no program " + word +
                                    " in PATH: give its path after --, such "
                                    "as ./" +
                                    word);
    return found;
  }
  std::error_code error;
  if (!std::filesystem::exists(word, error))
    throw Refusal(exit_usage, "there is no program at " + word +
                                  ": give the path of one after --");
  if (!is_executable_file(word))
    throw Refusal(exit_usage, word +
                                  " may not be executed: make it so with "
                                  "chmod +x, or name what runs it first");
  return word;
}

namespace {

// Behind "#!" on the first line: a path, and one argument or none.
std::optional<std::string> first_line_of_script(const std::string& path) {
  // Longer ones the kernel cuts.
  constexpr std::size_t longest = 256;
  std::ifstream file(path, std::ios::binary);
  std::string line(longest, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  if (!line.starts_with("#!"))
    return std::nullopt;
  return line.substr(2, line.find('\n') - 2);
}

// What `#!/usr/bin/env NAME` looks for: the first word that is no option and no
// variable.
std::string word_for_env(std::istringstream& words) {
  std::string word;
  while (words >> word)
    if (!word.starts_with('-') && word.find('=') == std::string::npos)
      return find_in_path(word);
  return "";
}

std::string interpreter_of(const std::string& script,
                           const std::string& first_line) {
  std::istringstream words(first_line);
  std::string path;
  words >> path;
  if (!is_executable_file(path))
    throw Refusal(exit_usage, "the interpreter of " + script + ", " + path +
                                  ", is not there: install it, or mend the "
                                  "script's first line");
  if (std::filesystem::path(path).filename() != "env")
    return path;
  const std::string found = word_for_env(words);
  return found.empty() ? path : found;
}

std::string executed_by(std::string path) {
  for (int i = 0; i < most_interpreters; ++i) {
    const std::optional<std::string> line = first_line_of_script(path);
    if (!line)
      break;
    path = interpreter_of(path, *line);
  }
  return path;
}

bool has_rights_of_others(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0)
    return false;
  const bool user = (file.st_mode & S_ISUID) != 0 && file.st_uid != getuid();
  const bool group = (file.st_mode & S_ISGID) != 0 &&
                     (file.st_mode & S_IXGRP) != 0 && file.st_gid != getgid();
  const bool capabilities =
      geteuid() != 0 &&
      getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
  return user || group || capabilities;
}

// A text that only this allocator's code holds, even where its functions have
// other names or the program was stripped of them.
struct Trace {
  const char* allocator;
  std::string_view text;
};
constexpr Trace traces[] = {{"jemalloc", "<jemalloc>: "},
                            {"mimalloc", "mimalloc: "},
                            {"tcmalloc", "tcmalloc: large alloc"}};

std::string allocator_inside(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  constexpr std::size_t piece = 1 << 20;
  // As long as the longest trace less one byte, so that none is cut.
  constexpr std::size_t overlap = 32;
  std::string text;
  while (file) {
    text.erase(0, text.size() - std::min(text.size(), overlap));
    const std::size_t before = text.size();
    text.resize(before + piece);
    file.read(text.data() + before, static_cast<std::streamsize>(piece));
    text.resize(before + static_cast<std::size_t>(file.gcount()));
    for (const Trace& trace : traces)
      if (text.find(trace.text) != std::string::npos)
        return trace.allocator;
  }
  return "";
}

// "PROGRAM" or "PROGRAM's interpreter INTERPRETER".
std::string call_it(const std::string& program, const std::string& executed) {
  return program == executed ? program
                             : executed + ", which runs " + program + ",";
}

ElfFile read_or_refuse(const std::string& program,
                       const std::string& executed) {
  const std::optional<ElfFile> elf = compare::read_elf(executed);
  if (!elf)
    throw Refusal(exit_usage, call_it(program, executed) +
                                  " is neither a program nor a script that "
                                  "begins with #!: name what runs it first");
  return *elf;
}

// Why another malloc cannot be given, and what to do so as to compare some.
struct Obstacle {
  std::string why;
  std::string advice;
};

std::optional<Obstacle> obstacle_of(const std::string& who, const ElfFile& elf,
                                    const std::string& executed) {
  if (!elf.is_ours)
    return Obstacle{who +
                        " is made for another machine or word size than the "
                        "allocators here",
                    ": build it for this one"};
  if (elf.interpreter.empty())
    return Obstacle{
        who +
            " is linked statically, so that LD_PRELOAD cannot give it "
            "another malloc",
        ": nothing can be compared; link it without -static (a program in Go "
        "has no malloc at all)"};
  if (elf.interpreter.find("musl") != std::string::npos)
    return Obstacle{who +
                        " is made for the C library musl, which the "
                        "allocators here do not go with",
                    ": build it for glibc"};
  if (has_rights_of_others(executed))
    return Obstacle{who +
                        " runs with the rights of somebody else (set-uid, "
                        "set-gid or capabilities), and then LD_PRELOAD is "
                        "not heard",
                    ": nothing can be compared; try a copy without them (cp "
                    "takes them away)"};
  return std::nullopt;
}

// The same for a malloc that is linked in, where `inside` is whose it is or "".
Obstacle own_malloc_of(const std::string& who, const std::string& inside) {
  return {who + " has a malloc of its own" +
              (inside.empty() ? "" : " (" + inside + ", linked in)") +
              ", which goes before any other",
          ": nothing can be compared; build it without"};
}

}  // namespace

Inspected inspect(const std::string& word) {
  Inspected found;
  found.path = find_program(word);
  const std::string executed = executed_by(found.path);
  const ElfFile elf = read_or_refuse(found.path, executed);
  const std::string who = call_it(found.path, executed);
  if (const auto obstacle = obstacle_of(who, elf, executed))
    throw Refusal(exit_nothing, obstacle->why + obstacle->advice);
  const std::string inside = allocator_inside(executed);
  if (elf.has_malloc) {
    const Obstacle own = own_malloc_of(who, inside);
    throw Refusal(exit_nothing, own.why + own.advice);
  }
  if (!inside.empty())
    found.remarks.push_back(
        who + " has " + inside +
        " inside, under names of its own: what it allocates there is the "
        "same in all rows");
  return found;
}

std::string why_not(const std::string& path) {
  const std::string executed = executed_by(path);
  const std::optional<ElfFile> elf = compare::read_elf(executed);
  if (!elf)
    return "";
  const std::string who = call_it(path, executed);
  if (const auto obstacle = obstacle_of(who, *elf, executed))
    return obstacle->why;
  return elf->has_malloc ? own_malloc_of(who, "").why : "";
}

}  // namespace tarn::program
