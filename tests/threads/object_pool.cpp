// Objects that go round between threads, some of which end, while others
// acquire and release: each object belongs to one at a time and keeps what was
// written.
#include "tarn/object_pool.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

struct Thing {
  std::atomic<int> users{0};
  unsigned mark = 0;
  unsigned copy = 0;
};

constexpr unsigned threads = 4;
constexpr int generations = 15;
constexpr int steps = 20'000;

ObjectPool<Thing> pool{{.name = "things"}};
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

// Own objects, and some that go to whoever takes them.
void work(unsigned seed) {
  std::mt19937 random{seed};
  std::vector<Thing*> own;
  for (int i = 0; i < steps; ++i) {
    const unsigned choice = static_cast<unsigned>(random());
    if (choice % 2 == 0 || own.empty()) {
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
    if (choice % 4096 == 5)
      pool.reap();
  }
  const std::lock_guard hold{lock};
  shared.insert(shared.end(), own.begin(), own.end());
}

}  // namespace

int main() {
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<std::thread> crew;
    for (unsigned i = 0; i < threads; ++i)
      crew.emplace_back(work, static_cast<unsigned>(generation) * threads + i);
    for (int i = 0; generation % 3 == 2 && i < steps; ++i) {
      const std::lock_guard hold{lock};
      if (shared.empty())
        break;
      give(shared.back());
      shared.pop_back();
    }
    for (std::thread& thread : crew)
      thread.join();
    if (pool.stats().in_use != shared.size())
      fail("what is in use is what was not released");
  }
  for (Thing* const thing : shared)
    give(thing);
  if (pool.stats().in_use != 0 || !pool.check())
    fail("the pool is whole");
}
