// Two threads in one pool under a lock that is not taken twice: each call, also
// one that only looks, sees the pool as no other call leaves it half-way.
#include "tarn/fixed_heap.hpp"
#include "tarn/slot_pool.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace {

constexpr int rounds = 20000;

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

template <class Fit>
void share_a_heap() {
  static tarn::FixedHeap<Fit, 16 * tarn::KiB, std::mutex> heap;
  const auto churn = [] {
    void* blocks[16] = {};
    unsigned random = 1;
    for (int round = 0; round < 10 * rounds; ++round) {
      random = random * 1664525u + 1013904223u;
      void*& block = blocks[random >> 20 & 15];
      if (block == nullptr) {
        block = heap.allocate((random >> 12) % 200);
      } else {
        heap.deallocate(block);
        block = nullptr;
      }
    }
    for (void* const block : blocks)
      heap.deallocate(block);
  };
  std::thread other{churn};
  for (int round = 0; round < rounds; ++round) {
    auto* const block = static_cast<unsigned char*>(heap.allocate(24));
    require(block != nullptr, "there is room");
    std::memset(block, 7, 24);
    require(heap.owns(block), "it owns its block");
    const std::size_t size = heap.size_of(block);
    require(size >= 24 && size < 64, "a block keeps its size");
    require(round % 16 != 0 || heap.check(), "check() holds");
    auto* const moved =
        static_cast<unsigned char*>(heap.reallocate(block, 100));
    require(moved != nullptr && moved[0] == 7 && moved[23] == 7,
            "a block keeps its bytes");
    heap.deallocate(moved);
  }
  other.join();
  require(heap.stats().used == 0 && heap.check(), "all came back");
}

void share_slots() {
  static tarn::SlotPool<16, 40, std::mutex> pool;
  std::thread other{[] {
    for (int round = 0; round < 5 * rounds; ++round)
      pool.deallocate(pool.allocate());
  }};
  for (int round = 0; round < rounds; ++round) {
    void* const slot = pool.allocate();
    require(pool.size_of(slot) == 16, "a slot keeps its size");
    require(pool.largest_free() == 16, "others are free");
    require(pool.stats().in_use <= 2, "each has one");
    require(pool.check(), "check() holds");
    pool.deallocate(slot);
  }
  other.join();
  require(pool.stats().in_use == 0, "all came back");
}

}  // namespace

int main() {
  share_a_heap<tarn::aligned_first_fit>();
  share_a_heap<tarn::buddy>();
  share_a_heap<tarn::half_fit>();
  share_a_heap<tarn::two_level>();
  share_a_heap<tarn::next_fit>();
  share_slots();
}
