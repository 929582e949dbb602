// What thread_heap.hpp and heaps.cpp say of the thread heaps of those who end.
#include "heap/thread_heap.hpp"

#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <map>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace tarn;

heap::ThreadHeap& own() {
  return *heap::own_heaps.at[0];
}

// Has blocks in a bin and in use; those in use are left in `kept`.
heap::ThreadHeap* heap_of_ended_thread(std::vector<void*>& kept) {
  heap::ThreadHeap* ended = nullptr;
  std::thread{[&] {
    for (int i = 0; i < 200; ++i)
      kept.push_back(default_heap().allocate(200));
    for (int i = 0; i < 100; ++i) {
      default_heap().deallocate(kept.back());
      kept.pop_back();
    }
    ended = &own();
  }}.join();
  return ended;
}

void wait_until_dissolved(const heap::ThreadHeap& waiting) {
  for (int i = 0; i < 200 && !waiting.is_dissolved; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    maintain(10'000'000);
  }
}

void deallocate_all(std::vector<void*>& blocks) {
  for (void* const block : blocks)
    default_heap().deallocate(block);
  blocks.clear();
}

}  // namespace

TEST_CASE("the heap of a thread that ended is the next one's, as it was") {
  std::vector<void*> kept;
  heap::ThreadHeap* const ended = heap_of_ended_thread(kept);
  const heap::HeapId before = heap::heaps();
  heap::ThreadHeap* next = nullptr;
  std::thread{[&] {
    deallocate_all(kept);
    next = &own();
  }}.join();
  CHECK(next == ended);
  CHECK(heap::heaps() == before);
}

TEST_CASE("one that nobody took for long keeps nothing, and serves again") {
  std::vector<void*> kept;
  heap::ThreadHeap* const ended = heap_of_ended_thread(kept);
  CHECK_FALSE(ended->is_dissolved);
  wait_until_dissolved(*ended);
  REQUIRE(ended->is_dissolved);
  for (unsigned i = 0; i < heap::classes; ++i) {
    CHECK(ended->bins[i].is_empty());
    CHECK(ended->partial[i] == nullptr);
    CHECK(ended->dry[i] == nullptr);
    CHECK(ended->warmth[i] == 0);
  }
  std::thread{[&] {
    void* const block = default_heap().allocate(200);
    CHECK(block != nullptr);
    CHECK(&own() == ended);
    CHECK_FALSE(ended->is_dissolved);
    default_heap().deallocate(block);
  }}.join();
  deallocate_all(kept);
}

TEST_CASE("each living thread has a heap of its own") {
  void* const block = default_heap().allocate(48);
  heap::ThreadHeap* other = nullptr;
  std::thread{[&] {
    default_heap().deallocate(default_heap().allocate(48));
    other = &own();
  }}.join();
  CHECK(other != &own());
  CHECK(own().id != other->id);
  CHECK(&heap::heap_of(own().id) == &own());
  default_heap().deallocate(block);
}

TEST_CASE("what is on its way home is sent when its thread ends") {
  void* blocks[3];
  for (void*& block : blocks)
    block = default_heap().allocate(20 * KiB);
  heap::ThreadHeap* ended = nullptr;
  std::thread{[&] {
    default_heap().deallocate(blocks[0]);
    default_heap().deallocate(default_heap().allocate(48));
    ended = &own();
  }}.join();
  for (const heap::Parcel& parcel : ended->outbox)
    CHECK(parcel.granule == heap::no_granule);
  default_heap().deallocate(blocks[1]);
  default_heap().deallocate(blocks[2]);
}

// As when fork comes between the two.
TEST_CASE("a child of fork knows of a parcel whose bit is not there yet") {
  // The first of a class come from strips.
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i)
    blocks.push_back(default_heap().allocate(512));
  std::atomic<heap::ThreadHeap*> away{nullptr};
  std::atomic<bool> is_done{false};
  std::thread other{[&] {
    default_heap().deallocate(default_heap().allocate(48));
    default_heap().deallocate(blocks.back());
    const std::uint64_t open = own().open_parcels;
    CHECK(open != 0);
    own().open_parcels = 0;
    away = &own();
    while (!is_done)
      std::this_thread::yield();
    own().open_parcels = open;
  }};
  while (away == nullptr)
    std::this_thread::yield();
  const pid_t child = fork();
  if (child == 0)
    _exit(away.load()->open_parcels != 0 ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  is_done = true;
  other.join();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  blocks.pop_back();
  for (void* const block : blocks)
    default_heap().deallocate(block);
}

TEST_CASE("a bin looks at no block below one that is in use again") {
  constexpr std::uintptr_t key = 0x5EED'0000;
  heap::FreeSlot slots[4] = {};
  heap::Bin bin;
  for (std::uintptr_t i = 0; i < 4; ++i) {
    slots[i].key = key | i;
    bin.push(&slots[i]);
  }
  CHECK(bin.count(key) == 4);
  // Its user writes where the bin has the next one.
  slots[1] = {reinterpret_cast<heap::FreeSlot*>(0x5555), 0x5555};
  CHECK(bin.count(key) == 2);
}

TEST_CASE("a thread that frees of many slabs by turns keeps few parcels") {
  constexpr std::size_t count = 100'000;
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < count; ++i)
    blocks.push_back(default_heap().allocate(1 * KiB));
  std::size_t most = 0;
  std::thread{[&] {
    default_heap().deallocate(default_heap().allocate(48));
    for (std::size_t i = 0; i < count; i += 64) {
      own().soon_looks = 0;  // however long this takes
      default_heap().deallocate(blocks[i]);
      blocks[i] = nullptr;
      std::size_t waiting = 0;
      for (const heap::Parcel& parcel : own().outbox)
        if (parcel.granule != heap::no_granule)
          waiting += heap::blocks_in(parcel);
      most = waiting > most ? waiting : most;
    }
  }}.join();
  CHECK(most <= 64);
  for (void* const block : blocks)
    if (block != nullptr)
      default_heap().deallocate(block);
}

TEST_CASE("a thread that goes on so sends what became full") {
  // Of a slab for each parcel that has one, so that none makes way.
  std::vector<void*> blocks;
  for (int i = 0; i < 20'000; ++i)
    blocks.push_back(default_heap().allocate(1 * KiB));
  constexpr std::size_t parcels = heap::ThreadHeap::outbox_parcels;
  std::map<std::size_t, std::size_t> granules;
  for (void* const block : blocks)
    granules.try_emplace(own().granule_of(block) % parcels,
                         own().granule_of(block));
  REQUIRE(granules.size() > parcels / 4);
  std::size_t freed = 0;
  std::size_t waiting = 0;
  std::thread{[&] {
    default_heap().deallocate(default_heap().allocate(48));
    own().until_duties = heap::blocks_between_duties - 1;
    own().soon_looks = heap::steady_looks;
    std::map<std::size_t, unsigned> taken;
    for (void*& block : blocks) {
      const std::size_t granule = own().granule_of(block);
      // One less than a parcel holds.
      if (granules[granule % parcels] != granule || ++taken[granule] > 7)
        continue;
      default_heap().deallocate(std::exchange(block, nullptr));
      ++freed;
    }
    for (const heap::Parcel& parcel : own().outbox)
      if (parcel.granule != heap::no_granule)
        waiting += heap::blocks_in(parcel);
  }}.join();
  CHECK(freed > 6 * granules.size());
  CHECK(waiting == freed);
  for (void* const block : blocks)
    if (block != nullptr)
      default_heap().deallocate(block);
}

TEST_CASE("who pauses is no longer one that goes on") {
  std::thread{[] {
    default_heap().deallocate(default_heap().allocate(48));
    CHECK_FALSE(heap::is_steady(own()));
    own().soon_looks = heap::steady_looks;
    own().last_look -= 1000;
    CHECK(heap::run_duties(own()));
    CHECK_FALSE(heap::is_steady(own()));
  }}.join();
}

TEST_CASE("blocks of many slabs wait side by side for their way home") {
  std::vector<void*> blocks;
  for (int i = 0; i < 20'000; ++i)
    blocks.push_back(default_heap().allocate(1 * KiB));
  // Two blocks of one granule for each place that a parcel has.
  struct Pair {
    std::size_t granule = 0;
    std::size_t index[2] = {};
    unsigned count = 0;
  };
  std::map<const heap::Parcel*, Pair> pairs;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::size_t granule = own().granule_of(blocks[i]);
    Pair& pair = pairs[&own().parcel_for(granule)];
    if (pair.count == 0)
      pair.granule = granule;
    if (pair.granule == granule && pair.count < 2)
      pair.index[pair.count++] = i;
  }
  std::erase_if(pairs, [](const auto& one) { return one.second.count < 2; });
  REQUIRE(pairs.size() > 32);
  std::size_t waiting = 0;
  std::thread{[&] {
    default_heap().deallocate(default_heap().allocate(48));
    // A heap that another thread left may have duties, which would send them.
    own().until_duties = 2 * heap::blocks_between_duties;
    for (const unsigned which : {0u, 1u})
      for (auto& one : pairs)
        default_heap().deallocate(
            std::exchange(blocks[one.second.index[which]], nullptr));
    for (const heap::Parcel& parcel : own().outbox)
      if (parcel.granule != heap::no_granule)
        waiting += heap::blocks_in(parcel);
  }}.join();
  CHECK(waiting == 2 * pairs.size());
  for (void* const block : blocks)
    if (block != nullptr)
      default_heap().deallocate(block);
}

TEST_CASE("a parcel holds 64 blocks or 4 KiB, of a few sizes eight blocks") {
  struct Case {
    std::size_t size;
    unsigned blocks;
  };
  for (const Case& of :
       {Case{16, 64}, Case{64, 64}, Case{128, 32}, Case{512, 8}, Case{1152, 8},
        Case{2048, 2}, Case{8192, 1}}) {
    CAPTURE(of.size);
    std::vector<void*> blocks;
    for (int i = 0; i < 6000; ++i)
      blocks.push_back(default_heap().allocate(of.size));
    // The first of a slab. The first ones of a class come from strips.
    std::size_t next = 1000;
    while (own().granule_of(blocks[next]) == own().granule_of(blocks[next - 1]))
      ++next;
    unsigned waited = 0;
    std::thread{[&] {
      default_heap().deallocate(default_heap().allocate(48));
      // Duties, which would send all of them, are not due before.
      own().until_duties = heap::blocks_between_duties;
      const heap::Parcel& parcel =
          own().parcel_for(own().granule_of(blocks[next]));
      do {
        default_heap().deallocate(std::exchange(blocks[next++], nullptr));
        ++waited;
      } while (parcel.granule != heap::no_granule);
    }}.join();
    CHECK(waited == of.blocks);
    for (void* const block : blocks)
      default_heap().deallocate(block);
  }
}
