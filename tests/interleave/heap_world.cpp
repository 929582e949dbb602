#include "interleave/heap_world.hpp"

#include "heap/slow.hpp"
#include "span/space.hpp"

#include <algorithm>
#include <cstddef>

// What CMakeLists.txt has the room heap call.
namespace tarn {
namespace os {
bool explored_prepare_barrier() noexcept {
  return true;
}
bool explored_barrier_all_threads() noexcept {
  if (interleave::HeapWorld::has_barrier)
    interleave::barrier();
  return true;
}
std::uint64_t explored_exact_now() noexcept {
  return 1;
}
}  // namespace os
namespace base {
void explored_back_off(unsigned) noexcept {
  interleave::back_off();
}
}  // namespace base
}  // namespace tarn

namespace tarn::interleave {
namespace {

using heap::ThreadHeap;
using slab::Slab;
using span::the_space;

constexpr unsigned size_class = heap::class_of(HeapWorld::size);
// As long as a sweep waits for the next one, and more.
constexpr std::uint32_t sweep_later = 1u << 20;

constexpr std::size_t words = HeapWorld::size / sizeof(std::uint64_t);

// More slabs than a scenario has at a time.
constexpr std::size_t most_slabs = 4;

// This thread enters once for each heap.
ThreadHeap& thread_heap(unsigned i) {
  static ThreadHeap* all[HeapWorld::heaps] = {};
  for (ThreadHeap*& heap : all)
    if (heap == nullptr) {
      heap::own_heaps.at[0] = &heap::no_heap;
      heap = heap::enter(heap::default_domain);
    }
  return *all[i];
}

}  // namespace

void HeapWorld::begin() {
  heap::prepare_trimming();
  slabs_.clear();
  marks_ = 0;
  go_on(0);
  for (unsigned i = heaps; i-- != 0;) {
    unsigned count = scenario_.hold[i];
    if (count == rest)
      count = slabs_.front()->capacity - static_cast<unsigned>(marks_);
    while (count-- != 0) {
      allocate();
      if (i != 0)
        pass_on(i);
    }
  }
  watch_all();
  go_on(0);
  if (scenario_.prepare)
    scenario_.prepare(*this);
  for (unsigned i = 0; i < heaps; ++i) {
    ThreadHeap& heap = thread_heap(i);
    heap.seen_busy = heap.busy.load(std::memory_order_relaxed);
    heap.trim_list = 0;
    heap.trimmed = i == 0 ? 0 : sweep_later;
  }
}

// Granules are claimed lowest address first, so a slab that is added lies right
// behind.
void HeapWorld::watch_all() {
  for (unsigned i = 0; i < heaps; ++i) {
    const ThreadHeap& heap = thread_heap(i);
    watch(&heap.listed[size_class], sizeof heap.listed[0], "list");
    if (scenario_.trimmer != nobody) {
      watch(&heap.busy, sizeof heap.busy, "busy");
      watch(&heap.is_frozen, sizeof heap.is_frozen, "frozen");
    }
    // Nobody goes by the statistics between these two.
    watch(&heap, offsetof(ThreadHeap, refills), "thread heap");
    watch(&heap.posts, offsetof(ThreadHeap, busy) - offsetof(ThreadHeap, posts),
          "thread heap");
  }
  span::Reservation& home = the_space.reservation(0);
  const std::size_t first = home.index_of(slabs_.front()->memory);
  const std::size_t granules = slabs_.front()->granules;
  for (std::size_t i = 0; i < most_slabs; ++i) {
    const auto& slab =
        reinterpret_cast<const Slab&>(home.note(first + i * granules));
    watch(&slab.word, sizeof slab.word, "word");
    watch(&slab, sizeof slab, "slab");
  }
  watch(home.granule(first), most_slabs * granules * span::granule_size,
        "block");
}

void HeapWorld::go_on(unsigned thread) {
  me_ = thread;
  const bool has_heap = thread < heaps && thread != scenario_.trimmer;
  heap::own_heaps.at[0] = has_heap ? &thread_heap(thread) : &heap::no_heap;
}

void HeapWorld::allocate() {
  auto* const block =
      static_cast<std::uint64_t*>(default_heap().allocate(size));
  require(block != nullptr, "a block is had");
  Slab* const slab = &heap::slab_of(block);
  if (std::find(slabs_.begin(), slabs_.end(), slab) == slabs_.end())
    slabs_.push_back(slab);
  const std::uint64_t mark = ++marks_;
  block[0] = block[1] = block[words - 1] = mark;
  held_[me_].push_back({block, mark});
}

HeapWorld::Block HeapWorld::take_out() {
  require(!held_[me_].empty(), "the scenario gives back what is held");
  const Block block = held_[me_].back();
  held_[me_].pop_back();
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, words - 1})
    require(block.words[i] == block.mark, "a block keeps its bytes");
  return block;
}

void HeapWorld::deallocate() {
  default_heap().deallocate(take_out().words);
}

void HeapWorld::deallocate_past_bins() {
  heap::deallocate_slow(default_heap(), take_out().words);
}

void HeapWorld::use_up() {
  std::vector<Block>& held = held_[me_];
  allocate();
  std::rotate(held.begin(), held.end() - 1, held.end());
}

void HeapWorld::pass_on(unsigned to) {
  held_[to].push_back(held_[me_].back());
  held_[me_].pop_back();
}

void HeapWorld::dissolve_first() {
  heap::dissolve(thread_heap(0));
}

void HeapWorld::release_listed() {
  for (unsigned i = 0; i < heaps; ++i)
    heap::release_listed(thread_heap(i));
}

void HeapWorld::trim_idle() {
  heap::trim_idle(heap::default_domain, sweep_later);
}

void HeapWorld::end() {
  for (Slab* const slab : slabs_)
    check_slab(*slab);
  put_all_back();
}

// Where a slab is. Lists are put back as they were.
HeapWorld::Places HeapWorld::places_of(const Slab& slab) {
  Places places;
  for (unsigned i = 0; i < heaps; ++i) {
    ThreadHeap& heap = thread_heap(i);
    for (const Slab* first : {heap.partial[size_class], heap.dry[size_class]})
      for (const Slab* s = first; s != nullptr; s = s->older)
        if (s == &slab) {
          ++places.partial;
          places.owner = heap.id;
        }
    Slab* taken[most_slabs + 1];
    unsigned count = 0;
    for (Slab* s = heap.listed[size_class].take_all(); s != nullptr;
         s = s->next_listed) {
      require(count < most_slabs, "a list is one");
      taken[count++] = s;
    }
    while (count != 0) {
      places.listed += taken[--count] == &slab;
      heap.listed[size_class].put(taken[count]);
    }
  }
  return places;
}

void HeapWorld::check_slab(Slab& slab) {
  const span::Reservation& home = the_space.reservation(0);
  const Places places = places_of(slab);
  if (home.descriptor(home.index_of(slab.memory)).is_free()) {
    require(places.partial + places.listed == 0,
            "a slab that was given back is in no list");
    return;
  }
  const bool is_detached = slab.word.is_detached();
  require(places.partial == (is_detached ? 0 : 1),
          "a slab that is not detached is one of its owner's");
  require(places.listed == (is_detached && slab.word.count() != 0 ? 1 : 0),
          "a detached slab with slots is listed, and no other one");
  require(is_detached || slab.owner == places.owner, "and has its owner's id");
  require(is_detached || slab.check(), "a slab counts its free slots");
}

// When all is back, nothing is left: each slot was there exactly once.
void HeapWorld::put_all_back() {
  for (unsigned i = 0; i < heaps; ++i) {
    go_on(i);
    while (!held_[i].empty())
      deallocate();
    heap::send_all(thread_heap(i));
  }
  for (unsigned i = 0; i < heaps; ++i) {
    heap::dissolve(thread_heap(i));
    thread_heap(i).posts = 0;
    thread_heap(i).until_duties = heap::blocks_between_duties;
  }
  release_listed();
  const span::Reservation& home = the_space.reservation(0);
  for (const Slab* const slab : slabs_)
    require(home.descriptor(home.index_of(slab->memory)).is_free(),
            "no slot is lost");
}

}  // namespace tarn::interleave
