// Threads take, hand over and give back objects that are drawn by a generous
// budget, while others end, reap and fork: nothing is flagged, no object is had
// twice, each keeps what it has, and each is constructed and destroyed once.
// A child of threads is told of by TSan as if it had leaked them.
// ONLY plain
#include "tarn/checks.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"

#include "check/guarded_slots.hpp"
#include "check/sampling.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using tarn::check::sampling;

constexpr unsigned threads = 8;
constexpr unsigned shared = 64;

std::atomic<int> living{0};

void require(bool is_so, const char* what) {
  if (is_so)
    return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

template <unsigned size>
struct Thing {
  Thing() { ++living; }
  ~Thing() {
    --living;
    require(owner == 0 && uses == last, "an object is not as it was left");
    uses = ~last;
  }
  // 0: nobody's.
  std::atomic<unsigned> owner{0};
  unsigned uses = 0;
  unsigned last = 0;
  unsigned char bytes[size] = {};
};

std::uint32_t next(std::uint32_t& state) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

template <class Pool, class T>
struct Work {
  Pool& pool;
  std::atomic<T*> (&exchange)[shared];

  T* take(unsigned who) {
    T* const object = pool.acquire_raw();
    require(object != nullptr, "ran out");
    require(object->owner.exchange(who) == 0, "somebody has it");
    require(object->uses == object->last, "an object is not as it was left");
    ++object->uses;
    return object;
  }
  void give_back(T* object) {
    require(object->owner.exchange(0) != 0, "nobody has it");
    object->last = object->uses;
    pool.release(object);
  }

  void operator()(unsigned who, unsigned count) {
    std::uint32_t state = who * 2654435761u + 1;
    std::vector<T*> own;
    for (unsigned i = 0; i < count; ++i) {
      T* object = take(who);
      if (next(state) % 16 == 0)
        object = exchange[next(state) % shared].exchange(object);
      if (object != nullptr)
        own.push_back(object);
      // Mostly last in, first out.
      while (own.size() > next(state) % 8) {
        give_back(own.back());
        own.pop_back();
      }
      if (i % 5'000 == 0)
        static_cast<void>(pool.reap());
      // What strikes.
      tarn::default_heap().deallocate(tarn::default_heap().allocate(64));
    }
    for (T* const object : own)
      give_back(object);
  }
};

template <unsigned size>
void run(unsigned rounds) {
  using T = Thing<size>;
  {
    tarn::ObjectPool<T> pool{{.name = "p"}};
    std::atomic<T*> exchange[shared] = {};
    Work<tarn::ObjectPool<T>, T> work{pool, exchange};
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i)
      all.emplace_back(work, i + 1, rounds);
    for (unsigned i = 0; i < 4; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        work(100 + i, 2'000);
        _exit(0);
      }
      int status = 0;
      waitpid(child, &status, 0);
      require(status == 0, "a child failed");
      std::thread{work, 200 + i, 1'000}.join();
    }
    for (std::thread& one : all)
      one.join();
    for (std::atomic<T*>& place : exchange)
      if (T* const object = place.exchange(nullptr))
        work.give_back(object);
    require(pool.check() && pool.stats().in_use == 0, "the pool is not whole");
  }
  require(living.load() == 0, "an object was not destroyed once");
}

}  // namespace

int main() {
  tarn::set_check_mode(tarn::CheckMode::sampled);
  tarn::check::set_sampling_budget(500'000);
  const auto before = sampling().all().samples;
  run<40>(40'000);
  require(sampling().all().samples > before + 20,
          "hardly any object was drawn");
  tarn::check::set_sampling_budget(1'000'000);
  run<40>(4'000);
  run<6'000>(4'000);
  require(tarn::check::guarded_slots_in_use() == 0, "a slot is in use");
  std::printf("%llu drawn of %llu\n",
              static_cast<unsigned long long>(sampling().all().samples),
              static_cast<unsigned long long>(sampling().all().came));
}
