// Which small blocks have pages of their own though their heap is not checked
// by page: a read beyond a block, or of one that went back, is found there
// alone. Most places of a program ask again and again, and what is wrong with
// one of their blocks is wrong with the first. So that is the one.
//
// Of malloc and new only: who calls those has no other way to say more of a
// block, and its texts of faults are those of page then.
#include "base/memory_orders.hpp"
#include "check/heap.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

using base::relaxed;

// Each takes a page as long as it lives: a MiB of all, or a 64th of the heap.
constexpr std::size_t least_live = 256;
constexpr std::size_t share_of_live = 64;

// Each takes some five microseconds: at most a fiftieth of the time, but for
// the first.
constexpr std::uint32_t first_ones = 2048;
constexpr std::uint32_t each_millisecond = 4;

// Numbers of stacks rise, so a new one is above all before.
bool is_new(HeapState& heap, StackId stack) noexcept {
  StackId newest = heap.newest.load(relaxed);
  while (stack > newest)
    if (heap.newest.compare_exchange_weak(newest, stack, relaxed))
      return true;
  return false;
}

bool are_too_many(const HeapState& heap) noexcept {
  const std::size_t most =
      least_live + heap.live.load(relaxed) / share_of_live / os::page_size();
  const std::uint32_t age = port::clock_ms() - heap.born;
  return heap.apart_now.load(relaxed) > static_cast<std::int64_t>(most) ||
         heap.apart_ever.load(relaxed) / each_millisecond >
             first_ones / each_millisecond + age;
}

}  // namespace

bool is_set_apart(HeapState& heap, const port::BlockAsk& ask,
                  StackId stack) noexcept {
  if (ask.family == port::BlockFamily::pool || !is_new(heap, stack) ||
      ask.size >= least_paged || heap.domain->budget != nullptr ||
      are_too_many(heap))
    return false;
  heap.apart_ever.fetch_add(1, relaxed);
  heap.apart_now.fetch_add(1, relaxed);
  return true;
}

void end_apart(HeapState& heap, const CheckSlab& slab,
               const Record& record) noexcept {
  if (slab.layout == Layout::pages && record.size < least_paged)
    heap.apart_now.fetch_sub(1, relaxed);
}

}  // namespace tarn::check
