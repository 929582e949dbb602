// allocators.cpp - looks for libraries by their names in the usual folders.
//
// SPDX-License-Identifier: MIT
#include "common/allocators.hpp"

#include "common/child.hpp"
#include "common/door.hpp"
#include "common/elf_file.hpp"
#include "common/refusal.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <sstream>

namespace tarn::compare {
namespace {

struct Known {
  const char* name;
  std::array<const char*, 3> files;  // the first one that is there
};

constexpr std::array<Known, 3> known{{
    {"jemalloc", {"libjemalloc.so.2", "libjemalloc.so", ""}},
    {"tcmalloc",
     {"libtcmalloc_minimal.so.4", "libtcmalloc_minimal.so", "libtcmalloc.so"}},
    {"mimalloc", {"libmimalloc.so.2", "libmimalloc.so.2.0", "libmimalloc.so"}},
}};

constexpr std::array<const char*, 7> folders{"/usr/lib/x86_64-linux-gnu",
                                             "/usr/lib/aarch64-linux-gnu",
                                             "/usr/lib64",
                                             "/usr/lib",
                                             "/usr/local/lib",
                                             "/lib/x86_64-linux-gnu",
                                             "/lib64"};

// What the dynamic linker knows: lines of "name (what) => path".
std::string linker_cache() {
  for (const char* program : {"/sbin/ldconfig", "/usr/sbin/ldconfig"})
    if (std::filesystem::exists(program))
      return run_child({program, "-p"}, "", 10).out;
  return "";
}

std::string find_file(const std::string& file, const std::string& cache) {
  std::error_code error;
  for (const char* folder : folders) {
    const std::string path = std::string(folder) + "/" + file;
    if (std::filesystem::exists(path, error))
      return path;
  }
  std::istringstream lines(cache);
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t arrow = line.find("=> ");
    if (arrow != std::string::npos &&
        line.find("\t" + file + " ") != std::string::npos)
      return line.substr(arrow + 3);
  }
  return "";
}

void demand_allocator(const std::string& path) {
  const std::optional<ElfFile> elf = read_elf(path);
  const char* const wrong =
      !elf || !elf->is_library ? "it is no shared library"
      : !elf->is_ours          ? "it is made for another machine or word size"
      : !elf->has_malloc       ? "it has no malloc that a program could call"
                               : nullptr;
  if (wrong != nullptr)
    throw Refusal(exit_usage, path + " is no allocator: " + wrong +
                                  "; --allocator takes a library such as "
                                  "libjemalloc.so.2");
  if (!can_be_preloaded(path))
    throw Refusal(exit_usage, path +
                                  " cannot be preloaded, as LD_PRELOAD parts "
                                  "paths at spaces and colons: link it to "
                                  "another path");
}

}  // namespace

bool can_be_preloaded(const std::string& path) {
  return path.find_first_of(": \t\n") == std::string::npos;
}

std::vector<Allocator> find_allocators() {
  std::vector<Allocator> found{{"system malloc", ""}};
  const std::string cache = linker_cache();
  for (const Known& one : known) {
    for (const char* file : one.files) {
      const std::string path = *file == '\0' ? "" : find_file(file, cache);
      if (path.empty())
        continue;
      found.push_back({one.name, path});
      break;
    }
  }
  // Behind them, so that a table ends with it.
  const std::string door = find_door();
  if (!door.empty() && can_be_preloaded(door))
    found.push_back({"tarn", door});
  return found;
}

bool has_peers(const std::vector<Allocator>& allocators) {
  return std::any_of(
      allocators.begin(), allocators.end(), [](const Allocator& one) {
        return std::any_of(known.begin(), known.end(), [&](const Known& peer) {
          return one.name == peer.name;
        });
      });
}

void demand_names(const std::vector<std::string>& asked,
                  const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names)
    all += (all.empty() ? "" : ", ") + name;
  for (const std::string& name : asked)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Refusal(
          exit_usage,
          "--only " + name + ": there is no such malloc here, but " + all);
}

Allocator named_allocator(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const std::string path =
      equals == std::string::npos ? argument : argument.substr(equals + 1);
  std::error_code error;
  const auto whole = std::filesystem::canonical(path, error);
  if (error)
    throw Refusal(exit_usage,
                  "there is no allocator at " + path +
                      ": --allocator takes the path of a shared library that "
                      "has malloc, or NAME=PATH");
  demand_allocator(whole.string());
  if (equals != std::string::npos && equals != 0)
    return {argument.substr(0, equals), whole.string()};
  std::string name = whole.filename().string();
  if (name.starts_with("lib"))
    name = name.substr(3);
  return {name.substr(0, name.find(".so")), whole.string()};
}

}  // namespace tarn::compare
