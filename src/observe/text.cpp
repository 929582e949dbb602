// The tables for people; docs/stats.md explains them line by line.
#include "observe/out.hpp"
#include "observe/sampling.hpp"
#include "port/pool_kind.hpp"

namespace tarn::observe {
namespace {

constexpr unsigned width = 10;

Column number(std::size_t count) noexcept {
  return {count, width};
}

Column size(std::size_t bytes) noexcept {
  return {bytes, width, true};
}

std::uint64_t percent(std::size_t part, std::size_t whole) noexcept {
  constexpr std::size_t hundred = 100;
  return whole == 0 ? 0 : part / (whole / hundred + 1);
}

void write_space(const Snapshot& now, Out& out) noexcept {
  const SpaceStats& space = now.space;
  out << "space   " << Bytes{space.held} << " held, " << Bytes{space.dirty}
      << " dirty, " << Bytes{space.purged} << " purged so far\n"
      << "        " << Bytes{space.cached} << " in caches of threads, "
      << Bytes{space.stored} << " in the store; threads: " << space.threads
      << "\n"
      << "        " << Bytes{space.reserved} << " reserved, "
      << Bytes{space.committed} << " opened, " << Bytes{space.metadata}
      << " for tables, " << Bytes{now.bookkeeping} << " for bookkeeping\n";
  if (space.soft != 0)
    out << "        " << Bytes{space.soft} << " are the soft limit\n";
  if (space.hard != 0)
    out << "        " << Bytes{space.hard} << " are the hard limit, which "
        << std::uint64_t{space.refusals} << " asks met\n";
}

void write_pool(const PoolStats& pool, const char* name, Out& out) noexcept {
  out << size(pool.held);
  if (pool.pieces == 0)
    out << "          -";
  else
    out << ' ' << number(pool.pieces);
  out << "  " << port::noun_of(pool.kind) << name;
  if (pool.name[0] != '\0')
    out << ' ' << Quoted{pool.name};
  out << '\n';
}

void write_pools(const Snapshot& now, Out& out) noexcept {
  out << "\npools\n      held     pieces\n";
  for (unsigned i = 0; i < now.pool_count; ++i)
    write_pool(now.pools[i],
               now.pools[i].name[0] != '\0' ? "" : "s without a name", out);
  if (now.other_pools.held != 0)
    write_pool(now.other_pools, " pools", out);
}

void write_suspect(const SuspectStats& suspect, Out& out) noexcept {
  constexpr std::uint32_t second = 1000;
  const bool is_of_blocks = suspect.blocks != 0;
  out << number(is_of_blocks ? suspect.blocks : suspect.pools)
      << size(suspect.bytes) << number(suspect.oldest / second) << "  "
      << (is_of_blocks ? suspect.are_drawn ? "drawn blocks of " : "blocks of "
                       : "")
      << port::noun_of(suspect.kind);
  if (suspect.name[0] != '\0')
    out << ' ' << Quoted{suspect.name};
  if (suspect.only_grows)
    out << " only grows";
  else
    out << ", of which " << suspect.completed << " ended, the longest after "
        << suspect.longest / second << " s";
  if (suspect.site != 0)
    out << (is_of_blocks ? ", allocated at " : ", made at ")
        << std::uint64_t{suspect.site};
  out << '\n';
}

void write_suspects(const Snapshot& now, Out& out) noexcept {
  if (now.suspect_count == 0)
    return;
  out << "\nsuspected leaks\n     count      held  oldest s\n";
  for (unsigned i = 0; i < now.suspect_count; ++i)
    write_suspect(now.suspects[i], out);
}

// Millionths as a percentage.
Decimal percentage(std::uint64_t millionths) noexcept {
  constexpr unsigned digits = 4;
  return {millionths, digits};
}

void write_odds(const DrawStats& kind, const char* words, Out& out) noexcept {
  out << "        a bug of " << words
      << " hit so often an hour is found within it with odds of:";
  const char* between = " ";
  for (const std::uint64_t hits : told_hits) {
    out << between << hits << " times " << percentage(kind.odds(hits)) << " %";
    between = ", ";
  }
  out << '\n';
}

void write_sampling(const SamplingStats& sampling, Out& out) noexcept {
  if (sampling.elapsed == 0)
    return;
  out << "\nsampled " << Decimal{sampling.samples_a_second(), 2}
      << " blocks, objects and regions a second, " << sampling.samples
      << " so far: " << sampling.objects << " objects, the others of "
      << sampling.came << "; " << percentage(sampling.share())
      << " % of the time, budget " << percentage(sampling.budget) << " %\n"
      << "        guarded now: " << sampling.guarded
      << "; drawn without room: " << sampling.declined << '\n';
  for (const auto& [draws, name, words] : told_kinds)
    if (const DrawStats& kind = sampling.*draws; kind.came != 0)
      write_odds(kind, words, out);
}

void write_heap(const HeapStats& heap, Out& out) noexcept {
  const std::size_t held = heap.held();
  const std::size_t live = heap.live();
  const std::size_t free = held > live ? held - live : 0;
  const std::size_t rounding = heap.rounding_most();
  out << "\nheap    " << Bytes{held} << " held, " << Bytes{live}
      << " in use; external fragmentation: " << Bytes{free} << " free ("
      << percent(free, held) << " %), " << Bytes{heap.dirty()}
      << " of it used before\n"
      << "        internal fragmentation: at most " << Bytes{rounding} << " ("
      << percent(rounding, live)
      << " % of what is in use) are rounding, half of it where sizes are "
         "spread evenly\n"
      << "        " << std::uint64_t{heap.large_blocks} << " large blocks of "
      << Bytes{heap.large_held} << "; " << Bytes{heap.mixed_free}
      << " kept for strips; thread heaps: " << std::uint64_t{heap.thread_heaps}
      << "\n        " << std::uint64_t{heap.slabs_made} << " slabs made, "
      << std::uint64_t{heap.slabs()} << " there; "
      << std::uint64_t{heap.refills()} << " refills\n";
}

void write_class(const ClassStats& one, Out& out) noexcept {
  out << number(one.block) << number(one.slabs) << number(one.strips)
      << size(one.held) << number(one.live) << number(one.in_slabs)
      << number(one.in_bins) << number(one.parked) << number(one.fresh)
      << size(one.dirty()) << size(one.pinned) << number(one.pins)
      << number(one.oldest) << number(one.refills) << '\n';
}

void write_classes(const HeapStats& heap, Out& out) noexcept {
  out << "\n     block     slabs    strips      held      live  in slabs   in "
         "bins    "
         "parked     fresh     dirty    pinned   pinning  oldest s   refills\n";
  for (const ClassStats& one : heap.of)
    if (one.held != 0 || one.refills != 0)
      write_class(one, out);
}

}  // namespace

void write_text(const Snapshot& now, const Snapshot* before,
                Out& out) noexcept {
  write_space(now, out);
  write_pools(now, out);
  write_suspects(now, out);
  write_sampling(now.sampling, out);
  write_heap(now.heap, out);
  write_classes(now.heap, out);
  if (before == nullptr)
    return;
  out << '\n';
  write_sentence(*before, now, out);
  out << '\n';
}

}  // namespace tarn::observe
