// Threads in place of handlers: no slot is had twice, none is lost, and a pool
// that has always one to spare never refuses.
#include "tarn/interrupt_slot_pool.hpp"

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t threads = 4;
constexpr std::size_t each = 3;
constexpr int rounds = 40000;

constinit tarn::InterruptSlotPool<16, threads * each> pool;

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void work(unsigned self) {
  unsigned* mine[each] = {};
  unsigned random = self + 1;
  for (int round = 0; round < rounds; ++round) {
    random = random * 1664525u + 1013904223u;
    unsigned*& slot = mine[random >> 16 & 0xffff ? (random >> 16) % each : 0];
    if (slot == nullptr) {
      slot = static_cast<unsigned*>(pool.allocate());
      require(slot != nullptr, "there is always one to spare");
      slot[0] = slot[1] = self;
    } else {
      require(slot[0] == self && slot[1] == self, "a slot has one owner");
      pool.deallocate(slot);
      slot = nullptr;
    }
  }
  for (unsigned* const slot : mine)
    pool.deallocate(slot);
}

}  // namespace

int main() {
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i)
    running.emplace_back(work, i);
  for (std::thread& thread : running)
    thread.join();
  require(pool.stats().in_use == 0, "all came back");
  std::size_t count = 0;
  while (pool.allocate() != nullptr)
    ++count;
  require(count == threads * each, "none is lost");
}
