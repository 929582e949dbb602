// slab_world.hpp - one slab, one list, and what the threads of a heap do with
// them, for the explorer.
//
// Threads  confined; its fibers are.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"
#include "interleave/scenario.hpp"
#include "slab/slab.hpp"

#include <new>
#include <vector>

namespace tarn::interleave {

using slab::FreeSlot;
using slab::Slab;

class SlabWorld : public Played<SlabWorld> {
 public:
  static constexpr unsigned slots = 4;
  static constexpr std::uint32_t slot_size = 64;
  static constexpr unsigned nobody = most_threads;

  struct Scenario {
    const char* name;
    bool is_detached;             // when the threads start; else owned by 0
    unsigned hold[most_threads];  // slots, together all that there are
    std::vector<Action> threads;
  };

  explicit SlabWorld(const Scenario& scenario)
      : Played(scenario.threads), scenario_(scenario) {}

  void begin() override;
  void go_on(unsigned thread) override { me_ = thread; }
  void end() override;

  // What threads do.

  /// The owner takes slots, until it has some or has given the slab up.
  void take_or_detach();
  /// Gives `count` of its slots back, and lists the slab when it must.
  void post(unsigned count);
  /// Takes all that is listed, and owns it.
  void drain();
  /// Takes all that is listed, and lists it again.
  void look();
  /// The one that detached the slab gives a slot back.
  void give_back();
  /// The owner gives the slab up with its slots.
  void park();
  /// The same, when a slot of its own lies in a page that was laid bare.
  void park_bare();
  [[nodiscard]] bool is_owner() const { return owner_ == me_; }

 private:
  struct Held {
    FreeSlot* slot[slots];
    unsigned count;
  };

  void hold(slab::Returned got);
  FreeSlot* let_go();
  void own();
  void disown();
  void account_for(const FreeSlot* slot);

  const Scenario& scenario_;
  alignas(64) std::byte memory_[slots * slot_size];
  Slab slab_;
  slab::SlabList list_;
  Held held_[most_threads] = {};
  unsigned owner_ = nobody;
  unsigned me_ = 0;
  unsigned seen_ = 0;  // at the end: a bit for each slot
};

}  // namespace tarn::interleave
