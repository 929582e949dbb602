// allocators.hpp - which mallocs there are on this machine.
//
// Cost     looks into a few folders.
// Threads  confined.
// Failure  what is not found is not in the list.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace tarn::compare {

struct Allocator {
  std::string name;
  std::string path;  ///< of its library; "" for the system's own
};

/// The system's malloc, jemalloc, tcmalloc and mimalloc where they are, and
/// tarn's own where this build has it.
[[nodiscard]] std::vector<Allocator> find_allocators();

/// Throws a Refusal where one of `asked`, of --only, is not among `names`.
void demand_names(const std::vector<std::string>& asked,
                  const std::vector<std::string>& names);

/// Whether jemalloc, tcmalloc or mimalloc is among them.
[[nodiscard]] bool has_peers(const std::vector<Allocator>& allocators);

/// Leaves the first of `all` and those that `only` names, if that is not empty.
/// Throws a Refusal where a name is nobody's.
template <class Named>
void keep_only(const std::vector<std::string>& only, std::vector<Named>& all) {
  if (only.empty())
    return;
  std::vector<std::string> names;
  for (const Named& one : all)
    names.push_back(one.name);
  demand_names(only, names);
  std::size_t place = 0;
  std::erase_if(all, [&](const Named& one) {
    return place++ != 0 &&
           std::find(only.begin(), only.end(), one.name) == only.end();
  });
}

/// Colons and spaces part the paths in LD_PRELOAD, and nothing undoes that.
[[nodiscard]] bool can_be_preloaded(const std::string& path);

/// "PATH" or "NAME=PATH". Throws a Refusal when that is no malloc's library.
[[nodiscard]] Allocator named_allocator(const std::string& argument);

}  // namespace tarn::compare
