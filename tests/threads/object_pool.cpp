// Objects that go round between threads, some of which end, while others
// acquire and release: each object belongs to one at a time and keeps what was
// written.
#include "tarn/object_pool.hpp"

#include "support/things.hpp"

#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::test;

constexpr unsigned threads = 4;
constexpr int generations = 15;
constexpr int steps = 20'000;

ObjectPool<Thing> pool{{.name = "things"}};
SharedThings shared;

// Own objects, and some that go to whoever takes them.
void work(unsigned seed) {
  std::mt19937 random{seed};
  std::vector<Thing*> own;
  for (int i = 0; i < steps; ++i) {
    const auto choice = static_cast<unsigned>(random());
    step_with(pool, own, shared, choice, no_limit);
    if (choice % 4096 == 5)
      pool.reap();
  }
  leave_to(shared, own);
}

}  // namespace

int main() {
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<std::thread> crew;
    for (unsigned i = 0; i < threads; ++i)
      crew.emplace_back(work, static_cast<unsigned>(generation) * threads + i);
    for (int i = 0; generation % 3 == 2 && i < steps; ++i) {
      const std::lock_guard hold{shared.lock};
      if (shared.things.empty())
        break;
      give_last(pool, shared.things);
    }
    for (std::thread& thread : crew)
      thread.join();
    if (pool.stats().in_use != shared.things.size())
      fail("what is in use is what was not released");
  }
  for (Thing* const thing : shared.things)
    give(pool, thing);
  if (pool.stats().in_use != 0 || !pool.check())
    fail("the pool is whole");
}
