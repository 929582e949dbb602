// More threads than processors, which are moved from one to another all the
// time, acquire and release where processors have the magazines, while others
// reap and ask for figures: each object belongs to one at a time and keeps what
// was written.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "port/processor.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <sched.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

struct Thing {
  std::atomic<int> users{0};
  unsigned mark = 0;
  unsigned copy = 0;
};

constexpr unsigned threads = 12;
constexpr int generations = 6;
constexpr int steps = 40'000;

ObjectPool<Thing> pool{{.name = "things", .per_cpu = true}};
std::mutex lock;
std::vector<Thing*> shared;

void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

Thing* take(unsigned mark) {
  Thing* const thing = pool.acquire_raw();
  if (thing == nullptr)
    fail("there is memory");
  if (thing->users.fetch_add(1, std::memory_order_relaxed) != 0)
    fail("an object has one user at a time");
  if (thing->mark != thing->copy)
    fail("an object that waited has changed");
  thing->mark = mark;
  thing->copy = mark;
  return thing;
}

void give(Thing* thing) {
  if (thing->mark != thing->copy)
    fail("an object in use has changed");
  thing->users.fetch_sub(1, std::memory_order_relaxed);
  pool.release(thing);
}

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

void step_with(std::vector<Thing*>& own, unsigned choice) {
  if (own.empty() || (choice % 2 == 0 && own.size() < 2000)) {
    own.push_back(take(choice));
  } else if (choice % 16 == 1) {
    const std::lock_guard hold{lock};
    shared.push_back(own.back());
    own.pop_back();
  } else if (choice % 16 == 3) {
    const std::lock_guard hold{lock};
    if (!shared.empty()) {
      own.push_back(shared.back());
      shared.pop_back();
    }
  } else {
    std::swap(own[choice / 16 % own.size()], own.back());
    give(own.back());
    own.pop_back();
  }
}

void work(unsigned seed) {
  std::mt19937 random{seed};
  const Moves moves;
  std::vector<Thing*> own;
  for (int i = 0; i < steps; ++i) {
    const auto choice = static_cast<unsigned>(random());
    step_with(own, choice);
    if (choice % 64 == 5)
      moves.move(choice / 64);
    if (choice % 1024 == 7)
      pool.reap();
    if (choice % 1024 == 9 && pool.stats().at_hand > 1'000'000)
      fail("figures are what they may be");
  }
  const std::lock_guard hold{lock};
  shared.insert(shared.end(), own.begin(), own.end());
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
    if (pool.stats().in_use != shared.size() || !pool.check())
      fail("what is in use is what was not released");
    while (shared.size() > 500) {
      give(shared.back());
      shared.pop_back();
    }
  }
  for (Thing* const thing : shared)
    give(thing);
  if (pool.stats().in_use != 0 || !pool.check())
    fail("the pool is whole");
}
