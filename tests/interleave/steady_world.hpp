// steady_world.hpp - a steady pool, and what its threads do with it, for the
// explorer.
//
// Threads  confined; its fibers are.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/object_pool.hpp"

#include "interleave/arena.hpp"
#include "interleave/explorer.hpp"
#include "interleave/scenario.hpp"

#include <optional>
#include <vector>

namespace tarn::interleave {

struct Voice {
  Voice() noexcept;
  unsigned holder;  // written by who acquires, and who releases
  std::byte rest[KiB - sizeof(unsigned)];
};

/// In slabs of 63, one fewer than the first nodes are.
struct InLargeSlabs : KeepConstructed<Voice> {
  static constexpr std::size_t slab_size = 64 * KiB;
};

class SteadyWorld : public Played<SteadyWorld> {
 public:
  using Pool = SteadyPool<Voice, InLargeSlabs>;
  static constexpr unsigned heads = 3;

  /// What of the stack may be seen late, too: its nodes.
  enum class Looks { head, nodes };

  struct Scenario {
    const char* name;
    std::size_t reserved;
    unsigned hold[heads];  // of these, by each thread
    std::vector<Action> threads;
    bool may_run_out = false;
    Looks looks = Looks::nodes;
  };

  explicit SteadyWorld(const Scenario& scenario)
      : Played(scenario.threads), scenario_(scenario) {}

  void begin() override;
  void go_on(unsigned thread) override { me_ = thread; }
  void end() override;

  // What threads do.

  void acquire();
  /// The one that was acquired first.
  void release();
  /// So many more than there are.
  void reserve(std::size_t more);
  /// Looks at the statistics.
  void look();

 private:
  void watch_all();

  const Scenario& scenario_;
  Arena arena_;
  std::optional<Pool> pool_;
  std::vector<Voice*> held_[most_threads];
  unsigned me_ = 0;
};

}  // namespace tarn::interleave
