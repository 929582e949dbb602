// What `tarn stats` is tried on: holds what is known, says so, and ends when
// its standard input does. With a word, threads allocate and free meanwhile.
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

namespace {

std::atomic<bool> is_over{false};

void churn() {
  tarn::Heap& heap = tarn::default_heap();
  std::vector<void*> blocks(1000);
  for (std::size_t i = 0; !is_over; i = (i * 7919 + 13) % blocks.size()) {
    heap.deallocate(blocks[i]);
    blocks[i] = heap.allocate(i * 61 % 40'000);
  }
}

}  // namespace

int main(int count, char**) {
  const auto region = std::make_unique<tarn::Region>(
      tarn::RegionOptions{.name = "known region"});
  bool is_had = region->allocate(3 * tarn::MiB) != nullptr;
  tarn::Heap& heap = tarn::default_heap();
  for (unsigned i = 0; i < 5000; ++i)
    is_had = is_had && heap.allocate(1000) != nullptr;
  std::vector<std::thread> threads;
  for (int i = 0; i < (count > 1 ? 3 : 0); ++i)
    threads.emplace_back(churn);
  std::puts(is_had ? "ready" : "no memory");
  std::fflush(stdout);
  while (std::getchar() == '+')
    for (unsigned i = 0; i < 30'000; ++i)
      is_had = is_had && heap.allocate(1000) != nullptr;
  is_over = true;
  for (std::thread& thread : threads)
    thread.join();
  return is_had ? 0 : 1;
}
