#include "tarn/stats.hpp"

#include "heap/look.hpp"
#include "observe/pools.hpp"
#include "observe/sampling.hpp"
#include "observe/suspects.hpp"
#include "os/process.hpp"

namespace tarn {
inline namespace v1 {
namespace {

static_assert(HeapStats::classes == heap::classes - 1);
static_assert(slab_ages == heap::ages);

// What rounding to the class can waste of one block: all above the next smaller
// class's size was asked for.
constexpr std::size_t waste_in(unsigned size_class) noexcept {
  const std::size_t smaller =
      size_class == 1 ? 0 : heap::size_of(size_class - 1) + 1;
  return heap::size_of(size_class) - smaller;
}

ClassStats stats_of(const heap::ClassLook& look, unsigned size_class) noexcept {
  ClassStats stats;
  stats.block = heap::size_of(size_class);
  stats.slabs = look.slabs;
  stats.strips = look.strips;
  stats.held = look.held;
  stats.live = look.given - look.in_bins - look.collected;
  stats.in_slabs = look.in_slabs;
  stats.in_bins = look.in_bins;
  stats.in_bins_most = look.in_bins_most;
  stats.parked = look.parked + look.collected;
  stats.fresh = look.fresh;
  stats.refills = look.refills;
  stats.pins = look.pins;
  stats.oldest = look.oldest;
  for (unsigned i = 0; i < slab_ages; ++i) {
    stats.pinned_by_age[i] = look.pinned[i];
    stats.pinned += look.pinned[i];
  }
  stats.rounding_most = stats.live * waste_in(size_class);
  return stats;
}

void fill_in(HeapStats& stats, std::uint32_t pool) noexcept {
  heap::Look look;
  heap::look(look, pool);
  for (unsigned i = 1; i < heap::classes; ++i)
    stats.of[i - 1] = stats_of(look.of[i], i);
  stats.large_blocks = look.large_blocks;
  stats.large_held = look.large_held;
  stats.mixed_free = look.mixed_free;
  stats.thread_heaps = look.thread_heaps;
  stats.slabs_made = look.slabs_made;
}

}  // namespace

std::size_t HeapStats::held() const noexcept {
  std::size_t sum = large_held + mixed_free;
  for (const ClassStats& one : of)
    sum += one.held;
  return sum;
}

std::size_t HeapStats::live() const noexcept {
  std::size_t sum = large_held;
  for (const ClassStats& one : of)
    sum += one.live_bytes();
  return sum;
}

std::size_t HeapStats::dirty() const noexcept {
  std::size_t sum = 0;
  for (const ClassStats& one : of)
    sum += one.dirty();
  return sum;
}

std::size_t HeapStats::slabs() const noexcept {
  std::size_t sum = 0;
  for (const ClassStats& one : of)
    sum += one.slabs;
  return sum;
}

std::size_t HeapStats::refills() const noexcept {
  std::size_t sum = 0;
  for (const ClassStats& one : of)
    sum += one.refills;
  return sum;
}

std::size_t HeapStats::rounding_most() const noexcept {
  // A large block is rounded to granules.
  std::size_t sum = large_blocks * (64 * KiB - 1);
  for (const ClassStats& one : of)
    sum += one.rounding_most;
  return sum;
}

Snapshot snapshot() noexcept {
  Snapshot now;
  now.taken = os::exact_now();
  now.space = space_stats();
  fill_in(now.heap, heap::any_pool);
  observe::add_pools(now);
  observe::add_suspects(now);
  observe::add_sampling(now);
  return now;
}

HeapStats heap_stats(const Heap& heap) noexcept {
  HeapStats stats;
  fill_in(stats, heap::id_of(heap));
  return stats;
}

}  // namespace v1
}  // namespace tarn
