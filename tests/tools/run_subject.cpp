// What `tarn run` and `tarn stats` are tried on, by its first word:
//
//     hold    holds what is known, and half as much again for each '+' that
//             comes on standard input; ends when that does
//     churn   the same, while threads allocate and free
//     forget  makes regions of which some never end, by a clock that is behind
//             by minutes; then it is right, and the program waits for the end
//             of standard input
//     strand  the same of blocks of the heap
//     fill    takes memory by operator new until there is none, and gives it
//             back; twice
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <cstdio>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <sys/syscall.h>
#include <thread>
#include <time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

std::atomic<bool> is_over{false};

// Of every clock of this process, in seconds.
std::atomic<long> behind{0};

void churn() {
  tarn::Heap& heap = tarn::default_heap();
  std::vector<void*> blocks(1000);
  for (std::size_t i = 0; !is_over; i = (i * 7919 + 13) % blocks.size()) {
    heap.deallocate(blocks[i]);
    blocks[i] = heap.allocate(i * 61 % 40'000);
  }
}

// What is said between the two rounds takes memory of its own.
bool fill() {
  struct Block {
    Block* next;
    char bytes[92];
  };
  Block* all = nullptr;
  std::size_t count = 0;
  try {
    for (;; ++count)
      all = new Block{all, {}};
  } catch (const std::bad_alloc& error) {
    std::ostringstream words;
    words << std::string(200, '-') << "\n"
          << error.what() << " after " << count * sizeof(Block) / tarn::MiB
          << " MiB\n";
    std::fputs(words.str().c_str(), stdout);
  }
  while (all != nullptr)
    delete std::exchange(all, all->next);
  return count != 0;
}

int hold(bool with_threads) {
  const auto region = std::make_unique<tarn::Region>(
      tarn::RegionOptions{.name = "known region"});
  bool is_had = region->allocate(3 * tarn::MiB) != nullptr;
  tarn::Heap& heap = tarn::default_heap();
  for (unsigned i = 0; i < 5000; ++i)
    is_had = is_had && heap.allocate(1000) != nullptr;
  std::vector<std::thread> threads;
  for (int i = 0; i < (with_threads ? 3 : 0); ++i)
    threads.emplace_back(churn);
  std::puts(is_had ? "ready" : "no memory");
  std::fflush(stdout);
  while (std::getchar() == '+')
    for (unsigned i = 0; i < 2'500; ++i)
      is_had = is_had && heap.allocate(1000) != nullptr;
  is_over = true;
  for (std::thread& thread : threads)
    thread.join();
  return is_had ? 0 : 1;
}

// Two of three end at once. The first one comes minutes before all others,
// which are made over minutes.
int forget() {
  constexpr unsigned forgotten = 60;
  constexpr int begin = 910;
  static tarn::Region* kept[forgotten];
  for (unsigned i = 0; i < 3 * forgotten; ++i) {
    behind = i == 0 ? begin : begin - 310 - 2 * static_cast<int>(i);
    auto region =
        std::make_unique<tarn::Region>(tarn::RegionOptions{.name = "request"});
    if (region->allocate(100 * tarn::KiB) == nullptr)
      return 1;
    if (i % 3 == 1)
      kept[i / 3] = region.release();
  }
  behind = 0;
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF)
    continue;
  for (const tarn::Region* region : kept)
    delete region;
  return 0;
}

[[gnu::noinline]] void* take() {
  void* const block = tarn::default_heap().allocate(100);
  // It is not to be left out, nor the call a jump.
  asm volatile("" ::"r"(block) : "memory");
  return block;
}

// Three of four end at once. What is left is kept in sight.
int strand() {
  constexpr int blocks = 1200;
  constexpr int begin = 910;
  static void* kept[blocks / 4];
  for (int i = 0; i < blocks; ++i) {
    behind = i < 8 ? begin : begin - 310 - 500 * i / blocks;
    void* const block = take();
    if (block == nullptr)
      return 1;
    if (i % 4 == 3)
      kept[i / 4] = block;
    else
      tarn::default_heap().deallocate(block);
  }
  behind = 0;
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF)
    continue;
  for (void* const block : kept)
    tarn::default_heap().deallocate(block);
  return 0;
}

}  // namespace

// In place of the libc's, also for libtarn.so.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  time->tv_sec -= behind.load(std::memory_order_relaxed);
  return static_cast<int>(result);
}

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "fill")
    return fill() && fill() ? 0 : 1;
  if (what == "forget")
    return forget();
  if (what == "strand")
    return strand();
  return what == "hold" || what == "churn" ? hold(what == "churn") : 2;
}
