// Threads come and go, meet sets of both kinds and end with things in hand;
// others make and end sets of their own meanwhile. No pool has two threads at
// once, everything made is ended once, and a barrier sees all of it.
#include "tarn/per_thread.hpp"

#include <atomic>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

namespace {

using tarn::EndedThread;
using tarn::PerThread;
using tarn::Region;
using tarn::Scratch;

constexpr int lives = 300;
constexpr int workers = 4;
constexpr int rounds = 100;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "per_thread: %s: broken\n", what);
  std::abort();
}

// Each thread adds, main reads after the joins: relaxed suffices.
std::atomic<long> made{0};
std::atomic<long> ended{0};

struct Counted {
  Counted() { made.fetch_add(1, std::memory_order_relaxed); }
  ~Counted() { ended.fetch_add(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

// A pool that knows when two threads are in it.
struct Guarded {
  void use() {
    demand(!is_used.exchange(true, std::memory_order_relaxed),
           "one thread at a time");
    ++uses;
    is_used.store(false, std::memory_order_relaxed);
  }
  void reset() { uses = 0; }

  std::atomic<bool> is_used{false};
  long uses = 0;  // plain: ThreadSanitizer sees who is not ordered
};

void live(PerThread<Region>& kept, PerThread<Region>& released,
          PerThread<Guarded>& guarded) {
  for (int i = 0; i < 20; ++i) {
    demand(kept->make<Counted>() != nullptr, "memory");
    demand(released->make<Counted>() != nullptr, "memory");
    guarded->use();
    const Scratch here;
    demand(here->make<Counted>() != nullptr, "memory");
  }
  PerThread<Region> own{{.ended = EndedThread::release}};
  demand(own->make<Counted>() != nullptr, "memory");
}

void come_and_go() {
  PerThread<Guarded> guarded;
  long uses = 0;
  {
    PerThread<Region> kept;
    PerThread<Region> released{{.ended = EndedThread::release}};
    for (int i = 0; i < lives; i += workers) {
      std::vector<std::thread> threads;
      for (int k = 0; k < workers; ++k)
        threads.emplace_back([&] { live(kept, released, guarded); });
      for (std::thread& thread : threads)
        thread.join();
    }
    demand(kept.stats().pools <= workers, "ended threads' pools are adopted");
    demand(released.stats().pools == 0, "ended threads' pools are released");
  }
  guarded.for_each([&uses](const Guarded& pool) { uses += pool.uses; });
  demand(uses == lives * 20, "for_each sees all pools");
  demand(made == ended, "everything made is ended once");
}

// A set ends while threads that were in it are on their way out.
void end_as_threads_do() {
  for (int i = 0; i < lives; ++i) {
    std::optional<PerThread<Region>> set;
    set.emplace(tarn::PerThreadOptions{.ended = EndedThread::release});
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int k = 0; k < workers; ++k)
      threads.emplace_back([&] {
        demand((*set)->make<Counted>() != nullptr, "memory");
        done.fetch_add(1, std::memory_order_release);
      });
    while (done.load(std::memory_order_acquire) != workers)
      std::this_thread::yield();
    set.reset();
    for (std::thread& thread : threads)
      thread.join();
    demand(made == ended, "a set that ends beside its threads ends all once");
  }
}

// Rounds of building side by side; at the barrier one takes all of it.
void build_in_rounds() {
  PerThread<Region> frames;
  Region tree;
  std::size_t taken = 0;
  const auto take = [&]() noexcept {
    demand(frames.merge_into(tree), "regions of one upstream merge");
    taken += tree.stats().cleanups;
    tree.reset();
  };
  std::barrier barrier{workers, take};
  std::vector<std::thread> threads;
  for (int k = 0; k < workers; ++k)
    threads.emplace_back([&] {
      for (int i = 0; i < rounds; ++i) {
        for (int n = 0; n < 50; ++n)
          demand(frames->make<Counted>() != nullptr, "memory");
        barrier.arrive_and_wait();
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  demand(taken == std::size_t{workers} * rounds * 50, "all is taken over");
  demand(made == ended, "what was taken over ends once");
}

}  // namespace

int main() {
  come_and_go();
  end_as_threads_do();
  build_in_rounds();
}
