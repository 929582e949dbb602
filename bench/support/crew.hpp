// crew.hpp - threads that serve requests at the same time, and their clocks.
//
// Each thread has its own Peer. A run begins when all are there; its wall time
// is that of the slowest.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/peer.hpp"

#include <memory>

namespace tarn::bench {

struct Spent {
  double wall_ns;  // per block of one thread
  double work_ns;  // the same, of processor time; mean of the threads
};

class Crew {
 public:
  Crew(const Entry& entry, std::size_t threads);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Every thread does `job`.
  [[nodiscard]] Spent serve(const Job& job);

  /// So many requests of this job that one thread works about `milliseconds`;
  /// finding out warms the peer up.
  [[nodiscard]] std::size_t requests_for(Job job, std::size_t milliseconds);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::bench
