// event.hpp - a step that was taken, for who wants to know how it came about.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"

#include <cstdio>

namespace tarn::interleave {

struct Event {
  unsigned thread;
  Operation::Kind kind;
  const char* name;
  std::uint64_t seen;
  std::uint64_t stored;
};

inline void print(const Event& event) {
  static constexpr const char* names[] = {"load", "store", "exchange", "add",
                                          "compare_exchange"};
  std::fprintf(stderr, "  thread %u: %s of %s saw %llx, left %llx\n",
               event.thread, names[static_cast<unsigned>(event.kind)],
               event.name, static_cast<unsigned long long>(event.seen),
               static_cast<unsigned long long>(event.stored));
}

}  // namespace tarn::interleave
