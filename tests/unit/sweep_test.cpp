// What sweep.cpp says of what free blocks keep, one sweep at a time.
#include "tarn/heap.hpp"

#include "heap/slow.hpp"
#include "os/memory.hpp"
#include "span/space.hpp"
#include "support/own_clock.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace tarn;
using heap::ThreadHeap;
using slab::Slab;

constexpr std::uint32_t between_sweeps = 250;
constexpr std::uint64_t no_end = ~std::uint64_t{0};
constexpr std::size_t size = 2 * KiB;
constexpr unsigned size_class = heap::class_of(size);

// A heap of this thread's whose next sweep is due at `now`.
struct Fixture {
  Fixture() {
    heap.deallocate(heap.allocate(size));
    own().trimmed = now - between_sweeps;
  }

  ThreadHeap& own() {
    return *heap::own_heaps.at[heap::Domain::of(heap).place];
  }
  // Blocks of slabs, since the first ones of a class come from strips.
  std::vector<void*> fill() {
    std::vector<void*> blocks;
    for (int i = 0; i < 200; ++i)
      blocks.push_back(heap.allocate(size));
    return blocks;
  }
  void deallocate(const std::vector<void*>& blocks) {
    for (void* const block : blocks)
      heap.deallocate(block);
  }
  void sweep() {
    heap::trim_own(own(), now, no_end);
    now += between_sweeps;
  }

  Heap heap;
  std::uint32_t now = 1'000'000;
};

Slab& slab_at(const void* p) {
  const span::Reservation* const home = span::the_space.find(p);
  REQUIRE_FALSE(home->descriptor(home->index_of(p)).is(span::Use::mixed));
  return heap::slab_of(p);
}

}  // namespace

TEST_CASE("blocks that nobody uses are in their slabs after two sweeps") {
  Fixture all;
  all.deallocate(all.fill());
  all.sweep();
  CHECK_FALSE(all.own().bins[size_class].is_empty());
  all.sweep();
  CHECK(all.own().bins[size_class].is_empty());
  CHECK(all.own().partial[size_class] != nullptr);
  all.sweep();
  CHECK(all.own().partial[size_class] == nullptr);
  CHECK(all.own().dry[size_class] == nullptr);
}

TEST_CASE("pages of slots that were never handed out go back") {
  Fixture all;
  const std::vector<void*> blocks = all.fill();
  const Slab& slab = slab_at(blocks.back());
  REQUIRE(slab.fresh < slab.capacity);
  // As if somebody had had the granule before.
  const std::size_t page = os::page_size();
  std::byte* const end = slab.memory + span::granule_size;
  *(end - 1) = std::byte{1};
  REQUIRE(os::present(end - page, page) != 0);
  all.sweep();
  all.sweep();
  CHECK(os::present(end - page, page) == 0);
  auto* const used = static_cast<std::byte*>(blocks.back());
  CHECK(os::present(used - detail::address_of(used) % page, page) != 0);
  all.deallocate(blocks);
}

TEST_CASE("a sweep with time enough comes by all lists at once") {
  Fixture all;
  const std::vector<void*> blocks = all.fill();
  const std::uint32_t begun = all.now;
  all.sweep();
  CHECK(all.own().trim_list == 0);
  CHECK(all.own().trimmed == begun);
  all.deallocate(blocks);
}

TEST_CASE("a sweep without time goes on where it stopped") {
  Fixture all;
  const std::vector<void*> blocks = all.fill();
  heap::trim_own(all.own(), all.now, 0);
  const std::uint32_t first = all.own().trim_list;
  CHECK(first != 0);
  heap::trim_own(all.own(), all.now, 0);
  CHECK(all.own().trim_list > first);
  all.deallocate(blocks);
}

TEST_CASE("the next sweep is a quarter of a second after the last one began") {
  Fixture all;
  all.sweep();
  const std::uint32_t begun = all.own().trimmed;
  heap::trim_own(all.own(), begun + between_sweeps - 1, no_end);
  CHECK(all.own().trimmed == begun);
  heap::trim_frozen(all.own(), begun + between_sweeps - 1, no_end);
  CHECK(all.own().trimmed == begun);
  heap::trim_frozen(all.own(), begun + between_sweeps, no_end);
  CHECK(all.own().trimmed == begun + between_sweeps);
  heap::trim_own(all.own(), begun + 2 * between_sweeps, no_end);
  CHECK(all.own().trimmed == begun + 2 * between_sweeps);
}

TEST_CASE("the one block that another thread brought back is at hand again") {
  Fixture all;
  std::vector<void*> blocks = all.fill();
  // The slab that slots were taken from last is attached.
  void* const block = blocks.back();
  Slab& slab = slab_at(block);
  REQUIRE_FALSE(slab.word.is_detached());
  const unsigned before = slab.free_count;
  std::thread{[&] { all.heap.deallocate(block); }}.join();
  blocks.pop_back();
  REQUIRE(slab.word.count() == 1);
  // Whoever has frozen the heap may find that another one was quicker.
  heap::trim_frozen(all.own(), all.own().trimmed + between_sweeps - 1, no_end);
  CHECK(slab.word.count() == 1);
  all.sweep();
  CHECK(slab.word.count() == 0);
  CHECK(slab.free_count == before + 1);
  CHECK(slab.link == &all.own().partial[size_class]);
  all.deallocate(blocks);
}

TEST_CASE("a slab that nothing came back to stays where it is") {
  Fixture all;
  const std::vector<void*> blocks = all.fill();
  Slab& slab = slab_at(blocks.back());
  REQUIRE(slab.free_count == 0);
  REQUIRE(slab.link == &all.own().dry[size_class]);
  all.sweep();
  CHECK(all.own().partial[size_class] == nullptr);
  CHECK(slab.link == &all.own().dry[size_class]);
  all.deallocate(blocks);
}

TEST_CASE("a slab with bare pages has what comes back at hand") {
  Fixture all;
  std::vector<void*> blocks = all.fill();
  Slab& slab = slab_at(blocks[100]);
  const auto rest =
      std::stable_partition(blocks.begin(), blocks.end(), [&](void* block) {
        return !slab.is_inside(static_cast<slab::FreeSlot*>(block));
      });
  // Two stay in use, and the pages of all others go.
  std::vector<void*> kept{rest, rest + 2};
  for (void* const block : std::vector<void*>{rest + 2, blocks.end()})
    heap::deallocate_slow(all.heap, block);
  blocks.erase(rest, blocks.end());
  while (slab.bare == 0)
    all.sweep();
  while (slab.link != &all.own().dry[size_class])
    blocks.push_back(all.heap.allocate(size));
  REQUIRE(slab.bare != 0);
  REQUIRE(slab.free_count == 0);
  heap::deallocate_slow(all.heap, kept.back());
  kept.pop_back();
  CHECK(slab.link == &all.own().partial[size_class]);
  CHECK(slab.free_count == 1);
  all.deallocate(blocks);
  all.deallocate(kept);
}

TEST_CASE("upkeep gives pages of listed slabs back for half a millisecond") {
  Fixture all;
  std::vector<void*> blocks = all.fill();
  std::vector<Slab*> slabs;
  for (std::size_t i = 100; i < blocks.size(); ++i)
    if (Slab* const slab = &slab_at(blocks[i]);
        slabs.empty() || slabs.back() != slab)
      slabs.push_back(slab);
  REQUIRE(slabs.size() >= 4);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (i % 16 != 0)
      all.heap.deallocate(std::exchange(blocks[i], nullptr));
  heap::dissolve(all.own());
  const auto trim_listed = [&] {
    heap::trim_listed(heap::Domain::of(all.heap));
    return std::count_if(slabs.begin(), slabs.end(),
                         [](const Slab* slab) { return slab->bare != 0; });
  };
  CHECK(trim_listed() == 0);
  // By each look at the clock the time is over.
  test::step = 1;
  CHECK(trim_listed() == 1);
  test::step = 0;
  CHECK(trim_listed() > 1);
  all.deallocate(blocks);
}
