// Owners that pause for moments, and a cleaner that takes every pause for
// idleness: the hand-shake of owner and cleaner, as often as it can be had.
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr int owners = 3;
constexpr int rounds = 60'000;
// In turn so many lends and as many returns, so that a cache holds enough to be
// worth emptying.
constexpr int phase = 60;

void own(unsigned seed) {
  std::vector<std::byte*> mine;
  for (int i = 0; i < rounds; ++i) {
    if (i / phase % 2 == 0) {
      std::byte* const memory = port::system_lend_chunk(8 * KiB).memory;
      std::memset(memory, static_cast<int>(seed), 64);
      mine.push_back(memory);
    } else if (!mine.empty()) {
      for (int at = 0; at < 64; ++at)
        if (mine.back()[at] != std::byte{static_cast<unsigned char>(seed)}) {
          std::fputs("a chunk had two owners\n", stderr);
          std::abort();
        }
      port::system_take_back({mine.back(), 8 * KiB});
      mine.pop_back();
    }
    if (i % phase == 0)
      std::this_thread::yield();
  }
  for (std::byte* const memory : mine)
    port::system_take_back({memory, 8 * KiB});
}

}  // namespace

int main() {
  std::atomic<int> running{owners};
  std::vector<std::thread> threads;
  for (unsigned i = 1; i <= owners; ++i)
    threads.emplace_back([i, &running] {
      own(i);
      --running;
    });
  std::uint32_t now = 0;
  unsigned emptied = 0;
  while (running != 0)
    emptied += span::empty_idle_caches(now += 10, 1) ? 1 : 0;
  for (std::thread& thread : threads)
    thread.join();
  std::printf("caches were emptied %u times\n", emptied);
  return emptied != 0 ? 0 : 1;
}
