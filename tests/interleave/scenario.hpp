// scenario.hpp - programs whose threads do what a scenario says: a table of
// scenarios, and a world in which each is played.
//
// Threads  confined; its fibers are.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"

#include <functional>
#include <span>
#include <vector>

namespace tarn::interleave {

/// Each thread has one action, which it does in the world.
template <class World>
class Played : public Program {
 public:
  using Action = std::function<void(World&)>;

  [[nodiscard]] unsigned threads() const override {
    return static_cast<unsigned>(actions_.size());
  }
  void run(unsigned thread) override {
    actions_[thread](static_cast<World&>(*this));
  }

 protected:
  explicit Played(const std::vector<Action>& actions) : actions_(actions) {}

 private:
  const std::vector<Action>& actions_;
};

/// Returns how many interleavings there are.
template <class World>
std::size_t explore_one(const typename World::Scenario& scenario) {
  World world{scenario};
  return explore(scenario.name, world);
}

template <class World>
std::size_t explore_each(std::span<const typename World::Scenario> scenarios) {
  std::size_t count = 0;
  for (const typename World::Scenario& scenario : scenarios)
    count += explore_one<World>(scenario);
  return count;
}

}  // namespace tarn::interleave
