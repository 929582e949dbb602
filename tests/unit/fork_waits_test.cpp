// A fork copies memory as it is, so it must come when nobody is in the middle
// of anything: it waits for each lock of the address space and its caches. What
// the caches of other threads hold is the child's.
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "port/world.hpp"
#include "span/cache.hpp"

#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <semaphore>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;

// What a child can do with what it inherited.
bool is_usable() {
  Region region{RegionOptions{.name = "inherited"}};
  bool is_all = region.allocate(100) != nullptr;
  for (unsigned step = 0; step < span::steps; ++step) {
    const Loan loan = port::system_lend_chunk(span::chunk_size(step));
    is_all = is_all && loan;
    port::system_take_back(loan);
  }
  const Loan large = system_upstream().lend({3 * MiB});
  is_all = is_all && large;
  system_upstream().take_back(large);
  maintain(1'000'000);
  return is_all;
}

// Whether a fork waits while another thread holds what `choose` gives there,
// and leaves both processes usable.
template <class Choose>
bool waits_for(Choose choose) {
  port::system_take_back(port::system_lend_chunk(4 * KiB));
  std::binary_semaphore is_held{0};
  std::binary_semaphore may_end{0};
  std::atomic<bool> is_free{false};
  std::thread holder([&]() TARN_UNCHECKED_LOCKS {
    port::system_take_back(port::system_lend_chunk(4 * KiB));
    base::SpinLock& lock = choose();
    lock.lock();
    is_held.release();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    is_free = true;
    lock.unlock();
    may_end.acquire();
  });
  is_held.acquire();
  const pid_t child = fork();
  if (child == 0)
    _exit(is_free && is_usable() ? 0 : 1);
  may_end.release();
  holder.join();
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 && is_usable();
}

// Bytes of one size in this thread's cache.
std::size_t kept(unsigned step) TARN_UNCHECKED_LOCKS {
  span::ChunkCache& cache = *span::own_lane->own;
  std::size_t chunks = cache.bin(step).count();
  for (const span::FreeChunk* batch = cache.reserves[step].batches;
       batch != nullptr; batch = batch->next_batch)
    chunks += batch->count;
  return chunks * span::chunk_size(step);
}

}  // namespace

TEST_CASE("a fork waits for a thread that is in its cache") {
  CHECK(
      waits_for([]() -> base::SpinLock& { return span::own_lane->own->lock; }));
}

TEST_CASE("a fork waits for a thread that is at any shelf") {
  for (span::Shelf& shelf : span::shelves)
    CHECK(waits_for([&shelf]() -> base::SpinLock& { return shelf.lock(); }));
}

TEST_CASE("a fork waits for a thread that searches a long run") {
  CHECK(waits_for([]() -> base::SpinLock& {
    return span::the_space.reservation(0).lock();
  }));
}

TEST_CASE("a child finds in the store what other threads' caches held") {
  constexpr unsigned step = 1;
  std::size_t idle = 0;
  std::binary_semaphore is_idle{0};
  std::binary_semaphore may_end{0};
  std::thread idler([&] {
    std::vector<Loan> loans;
    for (int i = 0; i < 64; ++i)
      loans.push_back(port::system_lend_chunk(span::chunk_size(step)));
    for (const Loan& loan : loans)
      port::system_take_back(loan);
    idle = kept(step);
    is_idle.release();
    may_end.acquire();
  });
  is_idle.acquire();
  REQUIRE(idle != 0);
  const std::size_t before = space_stats().stored;
  const pid_t child = fork();
  if (child == 0)
    _exit(space_stats().stored >= before + idle ? 0 : 1);
  may_end.release();
  idler.join();
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
