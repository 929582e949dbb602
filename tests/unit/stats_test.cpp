// What stats.hpp promises of snapshots. Sizes are chosen so that no other test
// of the file, and nothing else in the process, has blocks of the class.
#include "tarn/stats.hpp"

#include "tarn/heap.hpp"
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "heap/thread_heap.hpp"
#include "os/memory.hpp"

#include <atomic>
#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

Heap& pool = default_heap();

std::unique_ptr<Snapshot> look() {
  return std::make_unique<Snapshot>(snapshot());
}

ClassStats stats_of(std::size_t size) {
  return look()->heap.of[heap::class_of(size) - 1];
}

std::size_t slots_of(const ClassStats& one) {
  return one.live + one.in_slabs + one.in_bins + one.parked + one.fresh;
}

std::vector<void*> blocks(std::size_t size, std::size_t count) {
  std::vector<void*> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(pool.allocate(size));
  return all;
}

void give_back(const std::vector<void*>& all) {
  for (void* const block : all)
    pool.deallocate(block);
}

// While it lives, what is free stays where it is, however long the case takes.
struct Unpurged {
  Unpurged() { purge_on_requests(false); }
  Unpurged(const Unpurged&) = delete;
  Unpurged& operator=(const Unpurged&) = delete;
  ~Unpurged() { purge_on_requests(true); }
};

const PoolStats* find(const Snapshot& at, const std::string& name,
                      PoolKind kind = PoolKind::region) {
  for (unsigned i = 0; i < at.pool_count; ++i)
    if (at.pools[i].kind == kind && name == at.pools[i].name)
      return &at.pools[i];
  return nullptr;
}

}  // namespace

TEST_CASE("classes come by rising size, and each slot is somewhere") {
  const auto all = blocks(304, 5000);
  const auto at = look();
  std::size_t last = 0;
  for (const ClassStats& one : at->heap.of) {
    CHECK(one.block > last);
    last = one.block;
    CHECK(slots_of(one) * one.block <= one.held);
    // The end of a slab of small blocks is nobody's.
    const std::size_t end = one.block <= 512 ? 512 : 0;
    const std::size_t tails = one.slabs * (one.block + end) + one.strips * 512;
    CHECK(slots_of(one) * one.block + tails >= one.held);
  }
  CHECK(last == heap::largest_small);
  give_back(all);
}

TEST_CASE("live are the blocks in use, to the last one") {
  auto all = blocks(320, 3000);
  CHECK(stats_of(320).live == 3000);
  CHECK(stats_of(320).live_bytes() == 3000 * 320);
  for (int i = 0; i < 1234; ++i) {
    pool.deallocate(all.back());
    all.pop_back();
    if (i % 100 == 0)
      CHECK(stats_of(320).live == all.size());
  }
  give_back(all);
  const ClassStats after = stats_of(320);
  CHECK(after.live == 0);
  CHECK(after.free_bytes() == after.held);
}

TEST_CASE("free blocks of this thread's bins are counted") {
  const auto all = blocks(336, 40);
  give_back(all);
  std::size_t linked = 0;
  const heap::Bin& bin = heap::own_heaps.at[0]->bins[heap::class_of(336)];
  for (const heap::FreeSlot* slot = bin.head; slot != nullptr;
       slot = slot->next)
    ++linked;
  const ClassStats one = stats_of(336);
  CHECK(one.in_bins == linked);
  CHECK(one.in_bins_most == linked);
  CHECK(one.in_bins + one.in_slabs >= 40);
  CHECK(one.dirty() == (one.in_bins + one.in_slabs) * 336);
}

TEST_CASE("bins stay counted over a thousand allocations and more") {
  for (int i = 0; i < 5000; ++i) {
    void* const block = pool.allocate(352);
    if (i % 777 == 0)
      CHECK(stats_of(352).live == 1);
    pool.deallocate(block);
  }
  CHECK(stats_of(352).live == 0);
}

TEST_CASE("of another living thread in_bins is at most in_bins_most") {
  std::atomic<int> step{0};
  std::vector<void*> kept;
  std::thread other{[&] {
    kept = blocks(368, 100);
    step = 1;
    while (step != 2)
      std::this_thread::yield();
  }};
  while (step != 1)
    std::this_thread::yield();
  const ClassStats one = stats_of(368);
  CHECK(one.in_bins <= one.in_bins_most);
  CHECK(one.live + one.in_bins >= 100);
  CHECK(one.live <= 100);
  CHECK(one.live + one.in_bins_most >= 100);
  step = 2;
  other.join();
  // What an ended thread left is exact.
  CHECK(stats_of(368).live == 100);
  give_back(kept);
}

TEST_CASE("blocks that other threads brought back are parked") {
  const Unpurged unpurged;
  std::vector<void*> kept;
  const auto mine = blocks(384, 1000);
  std::thread{[&] { give_back(mine); }}.join();
  const ClassStats one = stats_of(384);
  // But for the first few, which come from strips: those have no batches.
  CHECK(one.parked >= 950);
  CHECK(one.live == 0);
  CHECK(one.dirty() >= 1000 * 384);
}

TEST_CASE("large blocks count with their granules") {
  const auto before = look();
  void* const block = pool.allocate(3 * MiB + 1);
  const auto during = look();
  CHECK(during->heap.large_blocks == before->heap.large_blocks + 1);
  CHECK(during->heap.large_held ==
        before->heap.large_held + 3 * MiB + 64 * KiB);
  CHECK(during->heap.live() >= before->heap.live() + 3 * MiB);
  pool.deallocate(block);
  CHECK(look()->heap.large_blocks == before->heap.large_blocks);
}

TEST_CASE("a block in use pins its slab, which has an age") {
  const Unpurged unpurged;
  auto all = blocks(400, 5000);
  std::vector<void*> pins;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i % 500 == 0)
      pins.push_back(all[i]);
    else
      pool.deallocate(all[i]);
  const ClassStats one = stats_of(400);
  CHECK(one.live == pins.size());
  CHECK(one.pinned > 500 * KiB);
  CHECK(one.pinned <= one.dirty());
  CHECK(one.pins >= pins.size());
  std::size_t sum = 0;
  for (const std::size_t bytes : one.pinned_by_age)
    sum += bytes;
  CHECK(sum == one.pinned);
  CHECK(one.pinned_by_age[slab_ages - 1] == 0);
  CHECK(one.oldest < 60);
  give_back(pins);
}

TEST_CASE("rounding wastes at most what is told") {
  const std::size_t before = stats_of(416).rounding_most;
  const auto all = blocks(401, 100);
  CHECK(stats_of(416).rounding_most - before == 100 * 15);
  give_back(all);
  CHECK(look()->heap.rounding_most() <= look()->heap.held());
}

TEST_CASE("refills and slabs are counted") {
  const auto before = look();
  const auto all = blocks(432, 1000);
  const auto after = look();
  const unsigned place = heap::class_of(432) - 1;
  CHECK(after->heap.of[place].refills >=
        before->heap.of[place].refills + 1000 * 432 / (12 * KiB));
  CHECK(after->heap.of[place].refills <= before->heap.of[place].refills + 1000);
  CHECK(after->heap.slabs_made > before->heap.slabs_made);
  CHECK(after->heap.slabs_made >= after->heap.slabs());
  CHECK(after->heap.refills() > before->heap.refills());
  give_back(all);
}

TEST_CASE("a heap's own figures are told apart, and its row by its name") {
  const Heap empty{{.name = "empty"}};
  CHECK(heap_stats(empty).held() == 0);
  Heap own{{.name = "own"}};
  std::vector<void*> mine;
  for (int i = 0; i < 1000; ++i)
    mine.push_back(own.allocate(464));
  void* const large = own.allocate(1 * MiB);
  const unsigned place = heap::class_of(464) - 1;
  const HeapStats stats = heap_stats(own);
  CHECK(stats.of[place].live == 1000);
  CHECK(stats.large_blocks == 1);
  CHECK(stats.large_held == 1 * MiB);
  CHECK(stats.thread_heaps == 1);
  CHECK(stats.slabs_made == stats.slabs());
  CHECK(heap_stats(pool).of[place].live == 0);
  const auto at = look();
  CHECK(at->heap.of[place].live == 1000);
  const PoolStats* const row = find(*at, "own", PoolKind::heap);
  REQUIRE(row != nullptr);
  CHECK(row->held == stats.held());
  own.deallocate_many(mine.data(), mine.size());
  own.deallocate(large);
  CHECK(heap_stats(own).of[place].live == 0);
  CHECK(heap_stats(own).large_held == 0);
}

TEST_CASE("a compact heap has no bins, and all that it gave out is live") {
  Budget budget{"little", 1 * MiB};
  Heap own{budget, {.name = "little"}};
  std::vector<void*> mine;
  for (std::size_t i = 0; i < 1000; ++i)
    mine.push_back(own.allocate(16 + i % 400));
  HeapStats stats = heap_stats(own);
  std::size_t live = 0;
  for (const ClassStats& one : stats.of) {
    CHECK(one.in_bins == 0);
    live += one.live;
  }
  CHECK(live == 1000);
  CHECK(stats.held() == budget.held());
  own.deallocate_many(mine.data(), mine.size());
  stats = heap_stats(own);
  CHECK(stats.live() == 0);
  CHECK(stats.held() == budget.held());
}

TEST_CASE("counts go on when a heap has ended") {
  const auto before = look();
  {
    Heap own;
    for (int i = 0; i < 1000; ++i)
      REQUIRE(own.allocate(480) != nullptr);
  }
  const auto after = look();
  const unsigned place = heap::class_of(480) - 1;
  CHECK(after->heap.of[place].live == before->heap.of[place].live);
  CHECK(after->heap.of[place].held == before->heap.of[place].held);
  CHECK(after->heap.of[place].refills > before->heap.of[place].refills);
  CHECK(after->heap.slabs_made > before->heap.slabs_made);
}

TEST_CASE("looking takes nothing and changes nothing") {
  static Snapshot first;
  static Snapshot second;
  static char text[64 * 1024];
  first = snapshot();
  for (const StatsForm form :
       {StatsForm::text, StatsForm::json, StatsForm::openmetrics})
    CHECK(write_stats(first, &first, form, text, sizeof text) < sizeof text);
  // No chunk and no granule more is asked for.
  os::refuse_requests_after(0);
  second = snapshot();
  os::refuse_requests_after(-1);
  CHECK(second.space.held == first.space.held);
  CHECK(second.heap.held() == first.heap.held());
  CHECK(second.heap.live() == first.heap.live());
  CHECK(second.taken > first.taken);
}

TEST_CASE("pools are told by kind and name; equal names are one row") {
  {
    Region one{{.name = "orders"}};
    Region two{{.name = "orders"}};
    Region big{{.name = "big"}};
    REQUIRE(one.allocate(1000) != nullptr);
    REQUIRE(two.allocate(1000) != nullptr);
    REQUIRE(big.allocate(3 * MiB) != nullptr);
    const auto at = look();
    const PoolStats* const orders = find(*at, "orders");
    REQUIRE(orders != nullptr);
    CHECK(orders->held == one.held() + two.held());
    CHECK(orders->pieces == 2);
    const PoolStats* const large = find(*at, "big");
    REQUIRE(large != nullptr);
    CHECK(large->held >= 3 * MiB);
    for (unsigned i = 1; i < at->pool_count; ++i)
      CHECK(at->pools[i - 1].held >= at->pools[i].held);
  }
  CHECK(find(*look(), "orders") == nullptr);
}

TEST_CASE("what has no name is a row of its own") {
  const auto before = look();
  const PoolStats* row = find(*before, "");
  const std::size_t held = row == nullptr ? 0 : row->held;
  Region region{{.first_chunk = 256 * KiB}};
  REQUIRE(region.allocate(100) != nullptr);
  const auto after = look();
  row = find(*after, "");
  REQUIRE(row != nullptr);
  CHECK(row->held >= held + region.held());
}

TEST_CASE("what heaps hold is a row, too, and the rows are all that is held") {
  const auto all = blocks(448, 5000);
  const auto at = look();
  const PoolStats* const row = find(*at, "", PoolKind::heap);
  REQUIRE(row != nullptr);
  CHECK(row->held == at->heap.held());
  std::size_t sum = at->other_pools.held + at->bookkeeping + at->space.cached +
                    at->space.stored;
  for (unsigned i = 0; i < at->pool_count; ++i)
    sum += at->pools[i].held;
  CHECK(sum <= at->space.held);
  CHECK(sum + 1 * MiB >= at->space.held);
  give_back(all);
}

TEST_CASE("names beyond the first 64 are summed") {
  std::vector<std::unique_ptr<Region>> regions;
  std::size_t held = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "many " + std::to_string(i);
    regions.push_back(std::make_unique<Region>(
        RegionOptions{.name = name.c_str(), .first_chunk = 4 * KiB}));
    REQUIRE(regions.back()->allocate(10) != nullptr);
    held += regions.back()->held();
  }
  const auto at = look();
  CHECK(at->pool_count == Snapshot::most_pools);
  CHECK(at->other_pools.held > 0);
  std::size_t sum = at->other_pools.held;
  for (unsigned i = 0; i < at->pool_count; ++i)
    sum += at->pools[i].held;
  CHECK(sum >= held);
}
