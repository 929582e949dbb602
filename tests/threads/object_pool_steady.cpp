// Threads take from a steady pool and give back, some to others, while more is
// reserved: each object belongs to one at a time and keeps what was written,
// and whoever takes no more than its share always gets it.
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
constexpr std::size_t share = 40;
constexpr int steps = 60'000;

SteadyPool<Thing> pool{{.name = "things"}};
std::mutex lock;
std::vector<Thing*> handed;

void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

Thing* take(unsigned mark) {
  Thing* const thing = pool.acquire_raw();
  if (thing == nullptr)
    fail("whoever keeps to its share gets it");
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

// One for one, so that nobody has more than its share.
Thing* exchange(Thing* thing) {
  const std::lock_guard hold{lock};
  handed.push_back(thing);
  std::swap(handed.front(), handed.back());
  Thing* const other = handed.back();
  handed.pop_back();
  return other;
}

void work(unsigned seed) {
  std::mt19937 random{seed};
  std::vector<Thing*> own;
  for (int i = 0; i < steps; ++i) {
    const auto choice = static_cast<unsigned>(random());
    if (own.empty() || (choice % 2 == 0 && own.size() < share)) {
      own.push_back(take(choice));
    } else if (choice % 16 == 1) {
      own.back() = exchange(own.back());
    } else {
      std::swap(own[choice / 16 % own.size()], own.back());
      give(own.back());
      own.pop_back();
    }
  }
  for (Thing* const thing : own)
    give(thing);
}

void take_one_for_the_table() {
  handed.push_back(take(0));
}

}  // namespace

int main() {
  if (!pool.reserve(threads * share + 1))
    fail("there is memory");
  take_one_for_the_table();
  std::vector<std::thread> crew;
  for (unsigned i = 0; i < threads; ++i)
    crew.emplace_back(work, i);
  for (std::size_t n = 1; n < 30; ++n)
    if (!pool.reserve(n * threads * share))
      fail("there is memory");
  for (std::thread& thread : crew)
    thread.join();
  for (Thing* const thing : handed)
    give(thing);
  if (pool.stats().in_use != 0 || pool.stats().refusals != 0 || !pool.check())
    fail("the pool is whole");
}
