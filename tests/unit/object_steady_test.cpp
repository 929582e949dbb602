// What a steady pool promises: no lock, no loan, no construction, no system
// call.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "object/state.hpp"
#include "os/memory.hpp"
#include "support/counting_upstream.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <linux/seccomp.h>
#include <set>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tarn;
using test::CountingUpstream;

namespace {

struct Voice {
  static inline int made = 0;
  static inline int throw_at = -1;
  Voice() {
    if (made == throw_at)
      throw std::runtime_error{"as asked"};
    ++made;
  }
  void renew(int note_) noexcept { note = note_; }
  void renew() noexcept {}

  int note = 0;
  int kept = 0;
};
using Pool = SteadyPool<Voice>;

object::State& state_of(const Voice* voice) {
  return object::State::of(*detail::slab_of(voice, Pool::slab_size).pool);
}

void take_all_and_give_back(Pool& pool, std::size_t n) {
  Voice* all[64];
  for (int round = 0; round < 1000; ++round) {
    std::size_t count = 0;
    while (count < n && (all[count] = pool.acquire_raw(round)) != nullptr)
      ++count;
    for (std::size_t i = 0; i < count; ++i)
      pool.release(all[i]);
  }
}

}  // namespace

TEST_CASE("a steady pool gives what was reserved, and then nothing") {
  CountingUpstream upstream;
  {
    Pool pool{upstream};
    CHECK(pool.acquire_raw() == nullptr);
    CHECK(upstream.loans_out() == 0);
    Voice::made = 0;
    REQUIRE(pool.reserve(10));
    CHECK(Voice::made == 10);
    const std::size_t loans = upstream.loans_out();
    std::set<Voice*> all;
    for (int i = 0; i < 10; ++i)
      all.insert(pool.acquire_raw(i));
    CHECK(all.size() == 10);
    CHECK(all.count(nullptr) == 0);
    CHECK(pool.acquire_raw() == nullptr);
    CHECK_FALSE(pool.acquire(3));
    CHECK(pool.stats().in_use == 10);
    CHECK(pool.stats().ready == 0);
    CHECK(pool.stats().refusals == 2);
    for (Voice* const voice : all)
      pool.release(voice);
    CHECK(pool.stats().in_use == 0);
    CHECK(pool.stats().ready == 10);
    CHECK(Voice::made == 10);
    CHECK(upstream.loans_out() == loans);
    CHECK(pool.check());
  }
  CHECK(upstream.loans_out() == 0);
}

TEST_CASE("what was released last comes first, as it was left") {
  Pool pool;
  REQUIRE(pool.reserve(3));
  Voice* const voice = pool.acquire_raw(1);
  voice->kept = 7;
  pool.release(voice);
  const Pool::Handle again = pool.acquire(2);
  CHECK(again.get() == voice);
  CHECK(again->kept == 7);
  CHECK(again->note == 2);
}

TEST_CASE("more can be reserved while objects are in use") {
  Pool pool;
  REQUIRE(pool.reserve(5));
  std::vector<Voice*> all;
  for (const std::size_t want : {5u, 100u, 1000u}) {
    REQUIRE(pool.reserve(want));
    REQUIRE(pool.reserve(want));
    std::size_t count = 0;
    while (Voice* const voice = pool.acquire_raw()) {
      all.push_back(voice);
      ++count;
    }
    CHECK(count == want);
  }
  CHECK(std::set<Voice*>(all.begin(), all.end()).size() == all.size());
  for (Voice* const voice : all)
    pool.release(voice);
  CHECK(pool.stats().ready == 1105);
  CHECK(pool.reap() == 0);
  CHECK(pool.check());
}

TEST_CASE("a steady pool tells of all that it borrowed") {
  CountingUpstream upstream;
  Pool pool{upstream};
  REQUIRE(pool.reserve(10'000));
  const ObjectPoolStats stats = pool.stats();
  CHECK(stats.held + stats.own == upstream.bytes_out());
}

TEST_CASE("a reserve that is refused leaves ready what there was") {
  for (int granted = 0; granted < 6; ++granted) {
    CountingUpstream upstream{granted};
    Pool pool{upstream};
    CHECK_FALSE(pool.reserve(100'000));
    upstream.refuse_after(CountingUpstream::never);
    std::vector<Voice*> all;
    while (Voice* const voice = pool.acquire_raw())
      all.push_back(voice);
    CHECK(pool.stats().in_use == all.size());
    for (Voice* const voice : all)
      pool.release(voice);
    REQUIRE(pool.reserve(50));
    CHECK(pool.check());
  }
}

TEST_CASE("a constructor that throws in reserve() leaves the pool whole") {
  CountingUpstream upstream;
  {
    Pool pool{upstream};
    Voice::made = 0;
    Voice::throw_at = 5;
    CHECK_THROWS(static_cast<void>(pool.reserve(10)));
    Voice::throw_at = -1;
    CHECK(pool.check());
    REQUIRE(pool.reserve(10));
    CHECK(Voice::made == 10);
  }
  CHECK(upstream.loans_out() == 0);
}

TEST_CASE("threads that reserve at once all get what there is memory for") {
  constexpr unsigned threads = 4;
  struct Plain {
    std::byte bytes[64];
  };
  for (int round = 0; round < 300; ++round) {
    SteadyPool<Plain> pool;
    std::atomic<unsigned> ready{0};
    std::atomic<unsigned> refused{0};
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i)
      all.emplace_back([&] {
        ++ready;
        while (ready != threads)
          std::this_thread::yield();
        refused += pool.reserve(100) ? 0 : 1;
      });
    for (std::thread& thread : all)
      thread.join();
    REQUIRE(refused == 0);
    CHECK(pool.stats().in_depot >= 100);
  }
}

TEST_CASE("acquire and release take no lock") {
  Pool pool;
  REQUIRE(pool.reserve(32));
  object::State& state = state_of(pool.acquire().get());
  // Whoever asked for it would wait for ever.
  const base::Locked locked{state.lock};
  take_all_and_give_back(pool, 64);
  std::thread{[&] { take_all_and_give_back(pool, 64); }}.join();
}

TEST_CASE("acquire and release call no system, in a thread's first call too") {
  if (os::is_shadowed())
    return;
  Pool pool;
  REQUIRE(pool.reserve(32));
  const pid_t child = fork();
  if (child == 0) {
    // From here on any system call but the last one ends the child.
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
      _exit(2);
    take_all_and_give_back(pool, 64);
    syscall(SYS_exit, 0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("MakeAnew constructs in a steady pool at each acquire") {
  struct Note {
    explicit Note(int pitch_) noexcept : pitch(pitch_) {}
    int pitch;
  };
  SteadyPool<Note, MakeAnew<Note>> pool;
  REQUIRE(pool.reserve(4));
  std::vector<Note*> all;
  while (Note* const note = pool.acquire_raw(static_cast<int>(all.size())))
    all.push_back(note);
  CHECK(all.size() == 4);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i]->pitch == static_cast<int>(i));
  pool.release_many(all.data(), all.size());
  CHECK(pool.stats().in_use == 0);
}
