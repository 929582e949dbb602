// allocators.hpp - which mallocs there are on this machine.
//
// Cost     looks into a few folders.
// Threads  confined.
// Failure  what is not found is not in the list.
// SPDX-License-Identifier: MIT
#pragma once

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

/// Whether jemalloc, tcmalloc or mimalloc is among them.
[[nodiscard]] bool has_peers(const std::vector<Allocator>& allocators);

/// Colons and spaces part the paths in LD_PRELOAD, and nothing undoes that.
[[nodiscard]] bool can_be_preloaded(const std::string& path);

/// "PATH" or "NAME=PATH". Throws a Refusal when that is no malloc's library.
[[nodiscard]] Allocator named_allocator(const std::string& argument);

}  // namespace tarn::compare
