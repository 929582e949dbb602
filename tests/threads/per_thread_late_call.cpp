// A thread calls in its last destructors, when it is told of no end any more,
// and ends with all of its memory; then whoever cleans comes by, and its sets
// end.
// A sanitizer's thread is over before that.
// ONLY dev
#include "tarn/per_thread.hpp"

#include "span/cache.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sys/mman.h>

namespace {

using tarn::PerThread;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "per_thread_late_call: %s: broken\n", what);
  std::abort();
}

struct Counter {
  void use() { ++uses; }
  void reset() { uses = 0; }
  long uses = 0;
};

// The stack of a thread, with its thread-locals, which is unmapped after it.
class OwnStack {
 public:
  OwnStack() {
    memory_ = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    demand(memory_ != MAP_FAILED, "a stack");
    demand(pthread_attr_init(&attributes) == 0, "attributes");
    demand(pthread_attr_setstack(&attributes, memory_, size) == 0, "a stack");
  }
  ~OwnStack() {
    pthread_attr_destroy(&attributes);
    demand(munmap(memory_, size) == 0, "a stack goes");
  }
  OwnStack(const OwnStack&) = delete;
  OwnStack& operator=(const OwnStack&) = delete;

  pthread_attr_t attributes;

 private:
  static constexpr std::size_t size = std::size_t{1} << 20;
  void* memory_ = nullptr;
};

// Calls in the last round in which a thread's destructors run, or before that.
struct LateCaller {
  PerThread<Counter>* sets;
  int rounds_left;
  pthread_key_t key = 0;

  static void* begin(void* self) {
    auto& caller = *static_cast<LateCaller*>(self);
    demand(pthread_setspecific(caller.key, self) == 0, "a value is kept");
    return nullptr;
  }
  static void end(void* self) {
    auto& caller = *static_cast<LateCaller*>(self);
    if (--caller.rounds_left != 0) {
      begin(self);
      return;
    }
    Counter* const pool = caller.sets[0].local();
    // Many of them share a place of the thread.
    for (int i = 1; i < late_sets; ++i)
      caller.sets[i]->use();
    demand(caller.sets[0].local() == pool, "a pool stays the same");
  }

  static constexpr int late_sets = 40;
};

// A thread that calls when nobody is told of its end any more: its pools wait
// for the end of their sets, when nothing is left of it.
void call_late(int rounds) {
  PerThread<Counter> sets[LateCaller::late_sets];
  LateCaller caller{sets, rounds};
  demand(pthread_key_create(&caller.key, LateCaller::end) == 0, "a key");
  {
    OwnStack stack;
    pthread_t thread{};
    demand(pthread_create(&thread, &stack.attributes, LateCaller::begin,
                          &caller) == 0 &&
               pthread_join(thread, nullptr) == 0,
           "a thread");
  }
  demand(caller.rounds_left == 0, "the thread called late");
  // The first look learns what there is, the second finds all threads idle.
  for (std::uint32_t now = 0; now != 2; ++now)
    tarn::span::empty_idle_caches(now, 0);
  pthread_key_delete(caller.key);
  for (PerThread<Counter>& set : sets)
    demand(set.stats().pools == 1, "one pool a set");
}

}  // namespace

int main() {
  for (int rounds = 1; rounds <= PTHREAD_DESTRUCTOR_ITERATIONS; ++rounds)
    call_late(rounds);
}
