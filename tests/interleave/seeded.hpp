// seeded.hpp - bugs that are made on purpose: a search that does not find each
// of them would prove nothing.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"

#include <cstddef>
#include <span>

namespace tarn::interleave {

struct Seeded {
  const char* what;
  Tamper tamper;  // null: the search itself has it
  std::size_t (*explore_all)();
};

/// Runs each search in a child. False: a bug was not found; it is told on
/// standard error.
bool find_seeded(std::span<const Seeded> bugs);

/// The same of the bugs in the slab's protocol.
bool find_slab_bugs(std::size_t (*explore_all)());

[[nodiscard]] bool is(const char* name, const char* wanted);

/// An operation of that kind on what is named so orders nothing.
void relax(Operation& operation, const char* name, const char* wanted,
           Operation::Kind kind);

/// Says how many interleavings there were. False: fewer than `enough`.
bool tell(std::size_t count, std::size_t enough = 0);

}  // namespace tarn::interleave
