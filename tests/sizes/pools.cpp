// What each pool takes of a board: one function a pool, which begins it, takes
// a block and gives it back. tools/sizes.py links a program of each, in which
// `measured` is that function and nothing else is left; none is ever executed.
#include "tarn/double_ended_stack.hpp"
#include "tarn/fixed_heap.hpp"
#include "tarn/frame_region.hpp"
#include "tarn/interrupt_slot_pool.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include <new>
#include <utility>

namespace {

// What slots and blocks lie in: each program has as much, so it does not count.
constexpr std::size_t size = 4 * tarn::KiB;
alignas(tarn::max_align) std::byte buffer[size];
void* volatile block;

template <class Pool>
alignas(Pool) std::byte place[sizeof(Pool)];

template <class Pool, class... Arguments>
Pool& begin(Arguments&&... arguments) {
  return *new (place<Pool>) Pool{std::forward<Arguments>(arguments)...};
}

template <class Pool>
void use(Pool& pool) {
  block = pool.allocate();
  pool.deallocate(block);
}

template <class Fit, class Canary = tarn::NoCanaries>
void use_heap() {
  using Heap = tarn::FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, Canary>;
  auto& heap = begin<Heap>(std::span{buffer});
  block = heap.allocate(100);
  heap.deallocate(block);
}

tarn::BufferUpstream& begin_upstream() {
  return begin<tarn::BufferUpstream>(static_cast<void*>(buffer), size);
}

struct Mask {
  static void lock() noexcept { asm volatile("" : : : "memory"); }
  static void unlock() noexcept { asm volatile("" : : : "memory"); }
};

constinit tarn::SlotPool<32, size / 32> slots;
constinit tarn::InterruptSlotPool<32, size / 32, Mask> interrupt_slots;

struct Object {
  int values[8];
};

}  // namespace

extern "C" {

void nothing() {
  block = buffer;
}
void slot_pool() {
  use(slots);
}
void slot_pool_over_buffer() {
  use(begin<tarn::SlotPool<>>(std::span{buffer}, std::size_t{32}));
}
void interrupt_slot_pool() {
  use(interrupt_slots);
}
void half_fit() {
  use_heap<tarn::half_fit>();
}
void two_level() {
  use_heap<tarn::two_level>();
}
void aligned_first_fit() {
  use_heap<tarn::aligned_first_fit>();
}
void buddy() {
  use_heap<tarn::buddy>();
}
void first_fit() {
  use_heap<tarn::first_fit>();
}
void best_fit() {
  use_heap<tarn::best_fit>();
}
void half_fit_with_canaries() {
  use_heap<tarn::half_fit, tarn::Canaries>();
}
void frame_region() {
  auto& frames = begin<tarn::FrameRegion<2>>(std::span{buffer});
  block = frames.allocate(100);
  frames.flip();
}
void double_ended_stack() {
  auto& stack = begin<tarn::DoubleEndedStack>(std::span{buffer});
  block = stack.low().allocate(100);
  block = stack.high().allocate(100);
  stack.high().reset();
}
void upstream() {
  tarn::BufferUpstream& from = begin_upstream();
  const tarn::Loan loan = from.lend({.size = 100});
  block = loan.memory;
  from.take_back(loan);
}
void region() {
  auto& region = begin<tarn::Region>(begin_upstream());
  block = region.allocate(100);
  region.reset();
}
void object_pool() {
  auto& pool = begin<tarn::ObjectPool<Object>>(begin_upstream());
  Object* const object = pool.acquire_raw();
  block = object;
  pool.release(object);
}

void measured();
}

int main() {
  measured();
  return block == nullptr;
}
