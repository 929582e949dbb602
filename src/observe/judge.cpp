// Between two snapshots: does what is in use grow, or what is free beside it?
#include "base/order.hpp"
#include "observe/out.hpp"
#include "port/pool_kind.hpp"

namespace tarn {
inline namespace v1 {
namespace {

// Less than this is noise: of bins that fill and of a load that wavers.
constexpr std::size_t least_growth = 1 * MiB;
constexpr std::size_t least_part = 16;  // of what there was

std::int64_t growth(std::size_t before, std::size_t now) noexcept {
  return static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before);
}

// In use, as far as can be told: all that pools hold but heaps.
std::size_t live_in(const Snapshot& at) noexcept {
  std::size_t sum = at.heap.live() + at.other_pools.held;
  for (unsigned i = 0; i < at.pool_count; ++i)
    if (at.pools[i].kind != PoolKind::heap)
      sum += at.pools[i].held;
  return sum;
}

// What bins of other threads may hold is free or live, one does not know.
std::size_t doubt_in(const Snapshot& at) noexcept {
  std::size_t sum = 0;
  for (const ClassStats& one : at.heap.of)
    sum += (one.in_bins_most - base::smaller(one.in_bins, one.in_bins_most)) *
           one.block;
  return sum;
}

bool has_grown(std::int64_t by, std::size_t before,
               const Snapshot& now) noexcept {
  return by > 0 &&
         static_cast<std::size_t>(by) >
             base::larger(least_growth + doubt_in(now), before / least_part);
}

std::size_t held_by(const PoolStats& pool, const Snapshot& at) noexcept {
  for (unsigned i = 0; i < at.pool_count; ++i)
    if (at.pools[i].kind == pool.kind &&
        __builtin_strcmp(at.pools[i].name, pool.name) == 0)
      return at.pools[i].held;
  return 0;
}

void find_class(const Snapshot& before, const Snapshot& now,
                std::size_t (ClassStats::*bytes)() const noexcept,
                Judgement& found) noexcept {
  const ClassStats* was = before.heap.of;
  for (const ClassStats& is : now.heap.of) {
    const std::int64_t by = growth((was->*bytes)(), (is.*bytes)());
    if (by > found.of_it) {
      found.place = static_cast<std::size_t>(was - before.heap.of);
      found.of_it = by;
    }
    ++was;
  }
}

void find_leak(const Snapshot& before, const Snapshot& now,
               Judgement& found) noexcept {
  find_class(before, now, &ClassStats::live_bytes, found);
  const std::int64_t large =
      growth(before.heap.large_held, now.heap.large_held);
  if (large > found.of_it) {
    found.is_large = true;
    found.of_it = large;
  }
  for (unsigned i = 0; i < now.pool_count; ++i) {
    const PoolStats& pool = now.pools[i];
    const std::int64_t by = growth(held_by(pool, before), pool.held);
    if (pool.kind == PoolKind::heap || by <= found.of_it)
      continue;
    found.pool = &pool;
    found.of_it = by;
  }
}

}  // namespace

Judgement judge(const Snapshot& before, const Snapshot& now) noexcept {
  Judgement found;
  const std::size_t live = live_in(before);
  const std::size_t free = before.heap.dirty();
  found.live = growth(live, live_in(now));
  found.free = growth(free, now.heap.dirty());
  if (has_grown(found.live, live, now) && found.live >= found.free) {
    found.trend = Trend::leak;
    find_leak(before, now, found);
  } else if (has_grown(found.free, free, now)) {
    found.trend = Trend::fragmentation;
    find_class(before, now, &ClassStats::dirty, found);
  }
  return found;
}

}  // namespace v1

namespace observe {
namespace {

Bytes bytes(std::int64_t count) noexcept {
  return {static_cast<std::uint64_t>(count < 0 ? -count : count)};
}

const char* verb_for(std::int64_t by) noexcept {
  return by < 0 ? "fell by " : "grew by ";
}

void write_leak(const Judgement& found, const Snapshot& now,
                Out& out) noexcept {
  out << "what is in use grew by " << bytes(found.live) << " to "
      << Bytes{live_in(now)} << ", " << bytes(found.of_it) << " of it in ";
  if (found.pool != nullptr && found.pool->name[0] == '\0')
    out << "pools without a name (" << port::noun_of(found.pool->kind) << ')';
  else if (found.pool != nullptr)
    out << port::noun_of(found.pool->kind) << ' ' << Quoted{found.pool->name};
  else if (found.is_large)
    out << "large blocks of the heap";
  else
    out << std::uint64_t{now.heap.of[found.place].block} << "-byte blocks";
  out << ": a leak, if the work was the same.";
}

// Where most of the pinned bytes are.
const char* age_of_most(const ClassStats& one) noexcept {
  constexpr const char* names[slab_ages] = {"under a second", "under a minute",
                                            "under an hour", "over an hour"};
  unsigned most = 0;
  for (unsigned i = 1; i < slab_ages; ++i)
    if (one.pinned_by_age[i] >= one.pinned_by_age[most])
      most = i;
  return names[most];
}

void write_fragmentation(const Judgement& found, const Snapshot& now,
                         Out& out) noexcept {
  const ClassStats& one = now.heap.of[found.place];
  out << "what is free in the heap grew by " << bytes(found.free) << " to "
      << Bytes{now.heap.dirty()} << ", while what is in use "
      << verb_for(found.live) << bytes(found.live) << ": fragmentation, "
      << bytes(found.of_it) << " of it in " << std::uint64_t{one.block}
      << "-byte blocks, where " << std::uint64_t{one.pins}
      << " blocks in use pin " << Bytes{one.pinned}
      << ", most of it in slabs made " << age_of_most(one)
      << " ago, the oldest " << one.oldest << " s ago.";
}

}  // namespace

void write_sentence(const Snapshot& before, const Snapshot& now,
                    Out& out) noexcept {
  constexpr std::uint64_t second = 1'000'000'000;
  const Judgement found = judge(before, now);
  out << "In " << (now.taken - before.taken) / second << " s ";
  switch (found.trend) {
    case Trend::leak:
      return write_leak(found, now, out);
    case Trend::fragmentation:
      return write_fragmentation(found, now, out);
    case Trend::steady:
      break;
  }
  out << "nothing grew by much: " << Bytes{live_in(now)} << " are in use, "
      << Bytes{now.heap.dirty()} << " are free in the heap.";
}

}  // namespace observe
}  // namespace tarn
