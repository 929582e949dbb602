// object_world.hpp - an object pool whose magazines hold two objects, and what
// its threads do with it, for the explorer.
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

/// So large that a magazine holds two.
struct Big {
  Big() noexcept;
  ~Big();
  unsigned holder;  // written by who acquires, and who releases
  std::byte rest[16 * KiB - sizeof(unsigned)];
};

/// As by default, in slabs of three.
struct ThreeInASlab : KeepConstructed<Big> {
  static constexpr std::size_t slab_size = 64 * KiB;
};

class ObjectWorld : public Played<ObjectWorld> {
 public:
  using Pool = ObjectPool<Big, ThreeInASlab>;

  /// What of a thread others look at, or change.
  enum class Looks {
    depot,   // nothing but what the lock guards
    told,    // where it finds what it has
    at_hand  // also how much that is
  };

  struct Scenario {
    const char* name;
    Action prepare;  // by as() many threads
    std::vector<Action> threads;
    Looks looks = Looks::depot;
    std::uint32_t numbers[most_threads] = {1, 2, 3, 4};
  };

  explicit ObjectWorld(const Scenario& scenario)
      : Played(scenario.threads), scenario_(scenario) {}

  void begin() override;
  void go_on(unsigned thread) override;
  void end() override;

  // What threads do.

  void acquire(unsigned count);
  /// The one that was acquired last, first.
  void release(unsigned count);
  /// The thread's end, after which it may come back.
  void leave();
  void reap() { pool_->reap(); }
  /// Whoever maintains looks after a fifth of a second.
  void keep_up();
  void tick();
  /// Looks at the statistics.
  void look();
  /// From now on the system has no memory.
  void run_out();
  /// Ends what another thread has at hand: a bug.
  void leave_for(unsigned thread);
  /// Looks at the depot without the lock: a bug.
  void look_in();

  // For preparing.

  void as(unsigned thread, const Action& action);
  /// Lets another thread have the last ones.
  void pass_on(unsigned to, unsigned count);

 private:
  void watch_all();

  const Scenario& scenario_;
  Arena arena_;
  std::optional<Pool> pool_;
  std::vector<Big*> held_[most_threads];
  unsigned me_ = 0;
};

}  // namespace tarn::interleave
