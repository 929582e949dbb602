// Threads take from a steady pool and give back, some to others, while more is
// reserved: each object belongs to one at a time and keeps what was written,
// and whoever takes no more than its share always gets it.
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
constexpr std::size_t share = 40;
constexpr int steps = 60'000;
constexpr const char* within_share = "whoever keeps to its share gets it";

SteadyPool<Thing> pool{{.name = "things"}};
std::mutex lock;
std::vector<Thing*> handed;

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
      own.push_back(take(pool, choice, within_share));
    } else if (choice % 16 == 1) {
      own.back() = exchange(own.back());
    } else {
      give_any(pool, own, choice / 16);
    }
  }
  for (Thing* const thing : own)
    give(pool, thing);
}

void take_one_for_the_table() {
  handed.push_back(take(pool, 0, within_share));
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
    give(pool, thing);
  if (pool.stats().in_use != 0 || pool.stats().refusals != 0 || !pool.check())
    fail("the pool is whole");
}
