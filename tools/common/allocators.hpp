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

/// The system's malloc, and jemalloc, tcmalloc and mimalloc where they are.
[[nodiscard]] std::vector<Allocator> find_allocators();

/// "PATH" or "NAME=PATH". Throws std::runtime_error when there is no such file.
[[nodiscard]] Allocator named_allocator(const std::string& argument);

}  // namespace tarn::compare
