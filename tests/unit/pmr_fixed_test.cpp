// What pmr.hpp promises of FixedResource.
#include "tarn/double_ended_stack.hpp"
#include "tarn/frame_region.hpp"
#include "tarn/interrupt_slot_pool.hpp"
#include "tarn/pmr.hpp"
#include "tarn/slot_pool.hpp"

#include "support/each_fit.hpp"
#include "support/fixed_pools.hpp"

#include <doctest/doctest.h>
#include <list>
#include <map>
#include <memory_resource>
#include <new>
#include <string>
#include <vector>

using tarn::DoubleEndedStack;
using tarn::FixedHeap;
using tarn::FixedResource;
using tarn::FrameRegion;
using tarn::InterruptSlotPool;
using tarn::SlotPool;
using namespace tarn::test;

FOR_EACH_FIT("containers live in a fixed heap and give all back") {
  FixedHeap<Fit> heap{room(64 * tarn::KiB)};
  FixedResource resource{heap};
  CHECK(&resource.pool() == &heap);
  {
    std::pmr::map<int, std::pmr::string> names{&resource};
    for (int i = 0; i < 100; ++i)
      names[i] = "a name that is longer than a string's own room";
    names.erase(50);
    CHECK(heap.owns(&names[3]));
    CHECK(heap.owns(names[3].data()));
    CHECK(heap.check());
  }
  CHECK(heap.stats().used == 0);
}

FOR_EACH_FIT("running out of a fixed heap is a bad_alloc, and counted") {
  FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, tarn::Canaries> heap{
      room(1 * tarn::KiB)};
  FixedResource resource{heap};
  CHECK_THROWS_AS((void)resource.allocate(2000), std::bad_alloc);
  CHECK_THROWS_AS((void)resource.allocate(10, 1 << 20), std::bad_alloc);
  CHECK(heap.stats().refusals == 2);
  std::pmr::vector<char> bytes{&resource};
  CHECK_THROWS_AS(bytes.resize(2000), std::bad_alloc);
  bytes.resize(100);
  CHECK(heap.check());
}

FOR_EACH_FIT("blocks of a fixed heap lie at the alignment asked for") {
  FixedHeap<Fit> heap{room(64 * tarn::KiB)};
  FixedResource resource{heap};
  for (std::size_t align = 1; align <= 1024; align *= 2) {
    void* const block = resource.allocate(100, align);
    CHECK(is_aligned(block, align));
    resource.deallocate(block, 100, align);
  }
  CHECK(heap.stats().used == 0);
}

TEST_CASE_TEMPLATE("nodes of a container live in slots", Pool, SlotPool<64, 20>,
                   InterruptSlotPool<64, 20>) {
  Pool pool;
  FixedResource resource{pool};
  {
    std::pmr::list<int> numbers{&resource};
    for (int i = 0; i < 20; ++i)
      numbers.push_back(i);
    CHECK(pool.owns(&numbers.front()));
    CHECK_THROWS_AS(numbers.push_back(20), std::bad_alloc);
    CHECK(numbers.size() == 20);
    CHECK(pool.stats().refusals == 1);
  }
  CHECK(pool.stats().in_use == 0);
}

TEST_CASE("slots refuse what they are too small for or not aligned to") {
  SlotPool<24, 8> pool;
  FixedResource resource{pool};
  CHECK_THROWS_AS((void)resource.allocate(25, 8), std::bad_alloc);
  for (int i = 0; i < 2; ++i)
    CHECK_THROWS_AS((void)resource.allocate(8, 16), std::bad_alloc);
  CHECK_THROWS_AS((void)resource.allocate(1, 4096), std::bad_alloc);
  CHECK(pool.stats().in_use == 0);
  void* const slot = resource.allocate(24, 8);
  CHECK(pool.stats().in_use == 1);
  resource.deallocate(slot, 24, 8);
  CHECK(pool.stats().in_use == 0);
}

TEST_CASE("a container in a frame lives until its frame ends") {
  FrameRegion<2> frames{room(4 * tarn::KiB)};
  FixedResource resource{frames};
  auto* const names = frames.make_array<const char*>(3);
  CHECK(names != nullptr);
  std::pmr::vector<int> numbers{&resource};
  numbers.assign(100, 7);
  CHECK(frames.owns(numbers.data()));
  frames.flip();
  CHECK(numbers[99] == 7);
  CHECK(frames.stats().used == 0);
  CHECK_THROWS_AS((void)resource.allocate(4000), std::bad_alloc);
  CHECK(frames.stats().refusals == 1);
}

TEST_CASE("each end of a stack serves containers") {
  DoubleEndedStack stack{room(4 * tarn::KiB)};
  FixedResource low{stack.low()};
  FixedResource high{stack.high()};
  const auto mark = stack.high().mark();
  std::pmr::vector<int> kept{&low};
  kept.assign(100, 1);
  {
    std::pmr::string work{&high};
    work.assign(1000, 'x');
    CHECK(stack.high().owns(work.data()));
    kept.assign(200, 2);
  }
  stack.high().rewind(mark);
  CHECK(stack.low().owns(kept.data()));
  CHECK(kept[199] == 2);
  CHECK_THROWS_AS((void)high.allocate(4000), std::bad_alloc);
  CHECK(stack.stats().refusals == 1);
}

TEST_CASE("resources are equal when their pool is the same one") {
  FixedHeap<> heap{room(1 * tarn::KiB)};
  FixedHeap<> other_heap{std::span{other_buffer}};
  SlotPool<16, 4> slots;
  DoubleEndedStack stack{{}};
  const FixedResource one{heap};
  const FixedResource same{heap};
  const FixedResource other{other_heap};
  const FixedResource of_slots{slots};
  CHECK(one == one);
  CHECK(one == same);
  CHECK_FALSE(one == other);
  CHECK_FALSE(one == of_slots);
  CHECK_FALSE(of_slots == one);
  CHECK_FALSE(FixedResource{stack.low()}.is_equal(FixedResource{stack.high()}));
  CHECK_FALSE(one.is_equal(*std::pmr::new_delete_resource()));
}
