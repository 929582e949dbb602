// Ten threads take, hand over and give back blocks of all sizes that are drawn
// by a generous budget, while others end and one forks: nothing is flagged, no
// block is had twice, and every byte stays as it was written.
// A child of threads is told of by TSan as if it had leaked them.
// ONLY plain
#include "tarn/checks.hpp"
#include "tarn/heap.hpp"

#include "check/guarded_slots.hpp"
#include "check/sampling.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using tarn::check::sampling;

constexpr unsigned threads = 10;
constexpr unsigned shared = 256;

struct Held {
  unsigned char* block = nullptr;
  std::size_t size = 0;
};

// Where blocks change hands.
std::atomic<unsigned char*> exchange[shared];

void require(bool is_so, const char* what) {
  if (is_so)
    return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

std::uint32_t next(std::uint32_t& state) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

// The first two bytes say the size, the others repeat the last one.
unsigned char* make(tarn::Heap& heap, std::size_t size) {
  auto* const block = static_cast<unsigned char*>(heap.allocate(size));
  require(block != nullptr, "ran out");
  std::memset(block, static_cast<int>(size % 251), size);
  std::memcpy(block, &size, 2);
  return block;
}

void end(tarn::Heap& heap, unsigned char* block) {
  std::size_t size = 0;
  std::memcpy(&size, block, 2);
  for (std::size_t i = 2; i < size; ++i)
    require(block[i] == size % 251, "a byte has changed");
  heap.deallocate(block);
}

void work(tarn::Heap& heap, unsigned seed, unsigned count) {
  std::uint32_t state = seed * 2654435761u + 1;
  std::vector<unsigned char*> own;
  for (unsigned i = 0; i < count; ++i) {
    const std::size_t size = 2 + next(state) % (i % 16 == 0 ? 6000 : 200);
    unsigned char* block = make(heap, size);
    if (next(state) % 4 == 0)
      block = exchange[next(state) % shared].exchange(block);
    if (block != nullptr)
      own.push_back(block);
    // Mostly last in, first out.
    while (own.size() > next(state) % 40) {
      end(heap, own.back());
      own.pop_back();
    }
  }
  for (unsigned char* const block : own)
    end(heap, block);
}

void fork_once(tarn::Heap& heap, unsigned seed) {
  const pid_t child = fork();
  if (child == 0) {
    work(heap, seed, 5'000);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  require(status == 0, "a child failed");
}

void run(tarn::Heap& heap, unsigned rounds) {
  std::vector<std::thread> all;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back(work, std::ref(heap), i, rounds);
  for (unsigned i = 0; i < 5; ++i) {
    fork_once(heap, 100 + 2 * i);
    std::thread{work, std::ref(heap), 200 + i, 1'000}.join();
  }
  for (std::thread& one : all)
    one.join();
  for (std::atomic<unsigned char*>& place : exchange)
    if (unsigned char* const block = place.exchange(nullptr))
      end(heap, block);
}

}  // namespace

int main() {
  tarn::set_check_mode(tarn::CheckMode::sampled);
  // Some, as the clock strikes; then as many as there is room for.
  tarn::check::set_sampling_budget(500'000);
  run(tarn::default_heap(), 60'000);
  require(sampling().all().samples > 20, "hardly any block was drawn");
  tarn::check::set_sampling_budget(1'000'000);
  {
    tarn::Heap heap{{.name = "own"}};
    run(heap, 5'000);
    std::vector<void*> left;
    for (unsigned i = 0; i < 10'000; ++i)
      left.push_back(heap.allocate(48));
  }
  require(sampling().all().samples > 2'000, "hardly any block was drawn");
  require(tarn::check::guarded_slots_in_use() == 0, "a slot is in use");
  std::printf("%llu blocks drawn of %llu\n",
              static_cast<unsigned long long>(sampling().all().samples),
              static_cast<unsigned long long>(sampling().all().came));
}
