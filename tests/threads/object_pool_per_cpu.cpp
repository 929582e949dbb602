// More threads than processors, which are moved from one to another all the
// time, acquire and release where processors have the magazines, while others
// reap and ask for figures: each object belongs to one at a time and keeps what
// was written.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "port/processor.hpp"
#include "support/things.hpp"

#include <random>
#include <sched.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::test;

constexpr unsigned threads = 12;
constexpr int generations = 6;
constexpr int steps = 40'000;

ObjectPool<Thing> pool{{.name = "things", .per_cpu = true}};
SharedThings shared;

class Moves {
 public:
  Moves() { sched_getaffinity(0, sizeof all_, &all_); }

  // To one that the process may use, or lets the kernel choose.
  void move(unsigned choice) const {
    const auto allowed = static_cast<unsigned>(CPU_COUNT(&all_));
    unsigned left = choice % (allowed + 1);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (unsigned i = 0; i < CPU_SETSIZE && left != allowed; ++i)
      if (CPU_ISSET(i, &all_) && left-- == 0) {
        CPU_SET(i, &one);
        break;
      }
    sched_setaffinity(0, sizeof one, left == allowed ? &all_ : &one);
  }

 private:
  cpu_set_t all_{};
};

void work(unsigned seed) {
  std::mt19937 random{seed};
  const Moves moves;
  std::vector<Thing*> own;
  for (int i = 0; i < steps; ++i) {
    const auto choice = static_cast<unsigned>(random());
    step_with(pool, own, shared, choice, 2000);
    if (choice % 64 == 5)
      moves.move(choice / 64);
    if (choice % 1024 == 7)
      pool.reap();
    if (choice % 1024 == 9 && pool.stats().at_hand > 1'000'000)
      fail("figures are what they may be");
  }
  leave_to(shared, own);
}

}  // namespace

int main() {
  if (pool.stats().per_cpu != (port::processor_count() != 0))
    fail("processors have the magazines where they can");
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<std::thread> crew;
    for (unsigned i = 0; i < threads; ++i)
      crew.emplace_back(work, static_cast<unsigned>(generation) * threads + i);
    for (std::thread& thread : crew)
      thread.join();
    if (pool.stats().in_use != shared.things.size() || !pool.check())
      fail("what is in use is what was not released");
    while (shared.things.size() > 500)
      give_last(pool, shared.things);
  }
  for (Thing* const thing : shared.things)
    give(pool, thing);
  if (pool.stats().in_use != 0 || !pool.check())
    fail("the pool is whole");
}
