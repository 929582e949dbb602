// heap_world.hpp - three thread heaps, of which one class is used, and what
// their threads do, for the explorer.
//
// Threads  confined; its fibers are.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"

#include "heap/thread_heap.hpp"
#include "interleave/explorer.hpp"
#include "interleave/scenario.hpp"

#include <vector>

namespace tarn::interleave {

class HeapWorld : public Played<HeapWorld> {
 public:
  static constexpr std::size_t size = heap::largest_small;
  static constexpr unsigned heaps = 3;
  static constexpr unsigned nobody = most_threads;
  static constexpr unsigned rest = ~0u;  // all that the others do not hold

  struct Scenario {
    const char* name;
    unsigned hold[heaps];  // of the blocks of a slab of heap 0
    std::vector<Action> threads;
    Action prepare = nullptr;   // by heap 0, when all have their blocks
    unsigned trimmer = nobody;  // goes into the heap of thread 0, has none
  };

  /// Whether upkeep has its barrier; without, it is a bug.
  static inline bool has_barrier = true;

  explicit HeapWorld(const Scenario& scenario)
      : Played(scenario.threads), scenario_(scenario) {}

  void begin() override;
  void go_on(unsigned thread) override;
  void end() override;

  // What threads do.

  void allocate();
  /// Gives the last block back. Past the bins: as when they have no room.
  void deallocate();
  void deallocate_past_bins();
  /// Has a slab with all its slots in use given up for another one.
  void use_up();
  /// Lets another thread have the last block.
  void pass_on(unsigned to);
  /// What whoever maintains does: to the heap of a thread that has ended, and
  /// to what is listed.
  void dissolve_first();
  void release_listed();
  /// To all heaps whose threads idle.
  void trim_idle();

 private:
  struct Block {
    std::uint64_t* words;
    std::uint64_t mark;
  };
  struct Places {
    unsigned partial = 0;
    unsigned listed = 0;
    heap::HeapId owner = 0;
  };

  void watch_all();
  Block take_out();
  [[nodiscard]] Places places_of(const slab::Slab& slab);
  void check_slab(slab::Slab& slab);
  void put_all_back();

  const Scenario& scenario_;
  std::vector<Block> held_[heaps];
  std::vector<slab::Slab*> slabs_;  // all that there were in this run
  std::uint64_t marks_ = 0;
  unsigned me_ = 0;
};

}  // namespace tarn::interleave
