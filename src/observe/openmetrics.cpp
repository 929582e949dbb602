// OpenMetrics 1.0 text: for each family its type, unit and help, then samples,
// and `# EOF` at the end. A counter's samples end in _total.
#include "observe/out.hpp"
#include "observe/sampling.hpp"
#include "port/pool_kind.hpp"

namespace tarn::observe {
namespace {

enum class Type : std::uint8_t { gauge, counter };

// What a family is; where `unit` is not "", the name ends in it.
struct Family {
  const char* name;
  Type type;
  const char* unit;
  const char* help;
};

void write_head(const Family& family, Out& out) noexcept {
  out << "# TYPE " << family.name
      << (family.type == Type::gauge ? " gauge\n" : " counter\n");
  if (family.unit[0] != '\0')
    out << "# UNIT " << family.name << ' ' << family.unit << '\n';
  out << "# HELP " << family.name << ' ' << family.help << '\n';
}

Out& write_name(const Family& family, Out& out) noexcept {
  return out << family.name << (family.type == Type::gauge ? "" : "_total");
}

void write_one(const Family& family, std::uint64_t value, Out& out) noexcept {
  write_head(family, out);
  write_name(family, out) << ' ' << value << '\n';
}

void write_space(const SpaceStats& space, Out& out) noexcept {
  constexpr Type gauge = Type::gauge;
  write_one(
      {"tarn_space_reserved_bytes", gauge, "bytes", "Address space reserved."},
      space.reserved, out);
  write_one({"tarn_space_committed_bytes", gauge, "bytes",
             "Address space opened for use so far."},
            space.committed, out);
  write_one({"tarn_space_held_bytes", gauge, "bytes",
             "Granules in use, caches and store included."},
            space.held, out);
  write_one({"tarn_space_dirty_bytes", gauge, "bytes",
             "Granules not in use whose pages were not yet given back."},
            space.dirty, out);
  write_one({"tarn_space_purged_bytes", Type::counter, "bytes",
             "Given back to the system."},
            space.purged, out);
  write_one({"tarn_space_cached_bytes", gauge, "bytes",
             "Free chunks in the caches of threads."},
            space.cached, out);
  write_one({"tarn_space_stored_bytes", gauge, "bytes",
             "Free chunks in the central store."},
            space.stored, out);
  write_one({"tarn_space_metadata_bytes", gauge, "bytes",
             "Address space of the page map and the like."},
            space.metadata, out);
  write_one({"tarn_threads", gauge, "", "Threads alive that have a number."},
            space.threads, out);
}

// Where there is none there is no such family.
void write_limits(const SpaceStats& space, Out& out) noexcept {
  if (space.soft != 0)
    write_one({"tarn_limit_soft_bytes", Type::gauge, "bytes",
               "Beyond it what idles goes back at once."},
              space.soft, out);
  if (space.hard == 0)
    return;
  write_one({"tarn_limit_hard_bytes", Type::gauge, "bytes",
             "Beyond it no granule is lent."},
            space.hard, out);
  write_one({"tarn_limit_refusals", Type::counter, "",
             "Asks for granules that it refused."},
            space.refusals, out);
}

void write_bookkeeping(const Snapshot& now, Out& out) noexcept {
  write_one({"tarn_bookkeeping_bytes", Type::gauge, "bytes",
             "What tarn holds for itself beside the tables."},
            now.bookkeeping, out);
}

void write_pool(const Family& family, const PoolStats& pool, const char* name,
                Out& out) noexcept {
  write_name(family, out) << "{kind=" << Quoted{port::noun_of(pool.kind), false}
                          << ",pool=" << Quoted{name, false} << "} "
                          << std::uint64_t{pool.held} << '\n';
}

void write_pools(const Snapshot& now, Out& out) noexcept {
  const Family family{"tarn_pool_held_bytes", Type::gauge, "bytes",
                      "What pools of a kind and name hold."};
  write_head(family, out);
  for (unsigned i = 0; i < now.pool_count; ++i)
    write_pool(family, now.pools[i], now.pools[i].name, out);
  // A kind that no pool has, so that it is no other row's twin.
  if (now.other_pools.held != 0)
    out << family.name << "{kind=\"rest\",pool=\"\"} "
        << std::uint64_t{now.other_pools.held} << '\n';
}

struct OfSuspect {
  Family family;
  bool is_of_blocks;  // else of pools
  std::size_t (*value)(const SuspectStats&) noexcept;
};

constexpr OfSuspect of_suspect[] = {
    {{"tarn_suspect_pools", Type::gauge, "",
      "Pools that live longer than any of their site, or only grow."},
     false,
     [](const SuspectStats& one) noexcept -> std::size_t { return one.pools; }},
    {{"tarn_suspect_held_bytes", Type::gauge, "bytes", "What those hold."},
     false,
     [](const SuspectStats& one) noexcept { return one.bytes; }},
    {{"tarn_suspect_oldest_seconds", Type::gauge, "seconds",
      "Age of the oldest of those."},
     false,
     [](const SuspectStats& one) noexcept -> std::size_t {
       constexpr std::uint32_t second = 1000;
       return one.oldest / second;
     }},
    {{"tarn_suspect_blocks", Type::gauge, "",
      "Blocks that live longer than any of their site; of drawn ones those "
      "alone."},
     true,
     [](const SuspectStats& one) noexcept -> std::size_t {
       return one.blocks;
     }},
    {{"tarn_suspect_block_bytes", Type::gauge, "bytes", "Those blocks' bytes."},
     true,
     [](const SuspectStats& one) noexcept { return one.bytes; }},
    {{"tarn_suspect_block_oldest_seconds", Type::gauge, "seconds",
      "Age of the oldest of those blocks."},
     true,
     [](const SuspectStats& one) noexcept -> std::size_t {
       return one.oldest / 1000;
     }},
};

// The place in the list tells rows apart whose names are the same.
void write_suspect(const OfSuspect& row, const Snapshot& now, unsigned i,
                   Out& out) noexcept {
  const SuspectStats& one = now.suspects[i];
  write_name(row.family, out)
      << "{kind=" << Quoted{port::noun_of(one.kind), false}
      << ",pool=" << Quoted{one.name, false} << ",site=\"" << one.site;
  if (row.is_of_blocks)
    out << "\",drawn=\"" << (one.are_drawn ? "true" : "false");
  out << "\",suspect=\"" << i << "\"} " << std::uint64_t{row.value(one)}
      << '\n';
}

void write_suspects(const Snapshot& now, Out& out) noexcept {
  for (const OfSuspect& row : of_suspect) {
    bool has_head = false;
    for (unsigned i = 0; i < now.suspect_count; ++i) {
      if ((now.suspects[i].blocks != 0) != row.is_of_blocks)
        continue;
      if (!has_head)
        write_head(row.family, out);
      has_head = true;
      write_suspect(row, now, i, out);
    }
  }
}

// Where nothing was drawn there is no such family.
void write_sampling(const SamplingStats& sampling, Out& out) noexcept {
  constexpr unsigned nano = 9;
  constexpr unsigned micro = 6;
  if (sampling.elapsed == 0)
    return;
  write_one({"tarn_samples", Type::counter, "",
             "Blocks, objects and lives of regions that were guarded."},
            sampling.samples, out);
  write_one({"tarn_samples_declined", Type::counter, "",
             "Drawn, but there was no room."},
            sampling.declined, out);
  write_one({"tarn_samples_came", Type::counter, "",
             "Blocks and lives of regions of which samples were drawn."},
            sampling.came, out);
  write_one({"tarn_samples_of_objects", Type::counter, "",
             "Objects that were guarded."},
            sampling.objects, out);
  const Family seconds{"tarn_sampler_seconds", Type::counter, "seconds",
                       "Time that the sampler took."};
  write_head(seconds, out);
  write_name(seconds, out) << ' ' << Decimal{sampling.spent, nano} << '\n';
  const Family odds{"tarn_sampling_odds", Type::gauge, "",
                    "Odds of finding a bug within an hour that so many blocks "
                    "or regions have in it, from 0 to 1."};
  write_head(odds, out);
  for (const auto& [draws, name, words] : told_kinds)
    for (const std::uint64_t hits : told_hits)
      write_name(odds, out)
          << "{of=\"" << name << "\",hits=\"" << hits << "\"} "
          << Decimal{(sampling.*draws).odds(hits), micro} << '\n';
}

void write_heap(const HeapStats& heap, Out& out) noexcept {
  constexpr Type gauge = Type::gauge;
  write_one({"tarn_heap_held_bytes", gauge, "bytes", "Held by heaps."},
            heap.held(), out);
  write_one({"tarn_heap_live_bytes", gauge, "bytes", "Blocks in use."},
            heap.live(), out);
  write_one({"tarn_heap_dirty_bytes", gauge, "bytes",
             "Free blocks that were used before."},
            heap.dirty(), out);
  write_one({"tarn_heap_rounding_max_bytes", gauge, "bytes",
             "The most that rounding wastes of blocks in use."},
            heap.rounding_most(), out);
  write_one({"tarn_heap_large_held_bytes", gauge, "bytes",
             "Blocks with granules of their own."},
            heap.large_held, out);
  write_one({"tarn_heap_large_blocks", gauge, "", "How many those are."},
            heap.large_blocks, out);
  write_one({"tarn_heap_thread_heaps", gauge, "",
             "Parts of threads, those of ended threads included."},
            heap.thread_heaps, out);
  write_one({"tarn_heap_slabs_made", Type::counter, "", "Slabs made."},
            heap.slabs_made, out);
}

struct OfClass {
  Family family;
  std::size_t (*value)(const ClassStats&) noexcept;
};

constexpr OfClass of_class[] = {
    {{"tarn_heap_class_held_bytes", Type::gauge, "bytes", "Bytes of slabs."},
     [](const ClassStats& one) noexcept { return one.held; }},
    {{"tarn_heap_class_slabs", Type::gauge, "", "Slabs."},
     [](const ClassStats& one) noexcept { return one.slabs; }},
    {{"tarn_heap_class_strips", Type::gauge, "", "Strips of mixed slabs."},
     [](const ClassStats& one) noexcept { return one.strips; }},
    {{"tarn_heap_class_live_blocks", Type::gauge, "", "Blocks in use."},
     [](const ClassStats& one) noexcept { return one.live; }},
    {{"tarn_heap_class_in_slabs_blocks", Type::gauge, "",
      "Blocks free in their slabs."},
     [](const ClassStats& one) noexcept { return one.in_slabs; }},
    {{"tarn_heap_class_in_bins_blocks", Type::gauge, "",
      "Blocks free in bins of threads, as last published."},
     [](const ClassStats& one) noexcept { return one.in_bins; }},
    {{"tarn_heap_class_parked_blocks", Type::gauge, "",
      "Blocks brought back for their slab's owner."},
     [](const ClassStats& one) noexcept { return one.parked; }},
    {{"tarn_heap_class_fresh_blocks", Type::gauge, "",
      "Blocks never used, or whose pages went back."},
     [](const ClassStats& one) noexcept { return one.fresh; }},
    {{"tarn_heap_class_dirty_bytes", Type::gauge, "bytes",
      "Free blocks that were used before."},
     [](const ClassStats& one) noexcept { return one.dirty(); }},
    {{"tarn_heap_class_pinned_bytes", Type::gauge, "bytes",
      "Free in slabs that blocks in use keep."},
     [](const ClassStats& one) noexcept { return one.pinned; }},
    {{"tarn_heap_class_oldest_slab_seconds", Type::gauge, "seconds",
      "Age of the oldest such slab."},
     [](const ClassStats& one) noexcept -> std::size_t { return one.oldest; }},
    {{"tarn_heap_class_refills", Type::counter, "", "Refills of bins."},
     [](const ClassStats& one) noexcept { return one.refills; }},
};

void write_classes(const HeapStats& heap, Out& out) noexcept {
  for (const OfClass& row : of_class) {
    write_head(row.family, out);
    for (const ClassStats& one : heap.of)
      if (one.held != 0 || one.refills != 0)
        write_name(row.family, out)
            << "{block=\"" << std::uint64_t{one.block} << "\"} "
            << std::uint64_t{row.value(one)} << '\n';
  }
}

}  // namespace

void write_openmetrics(const Snapshot& now, Out& out) noexcept {
  write_space(now.space, out);
  write_limits(now.space, out);
  write_bookkeeping(now, out);
  write_pools(now, out);
  write_suspects(now, out);
  write_sampling(now.sampling, out);
  write_heap(now.heap, out);
  write_classes(now.heap, out);
  out << "# EOF\n";
}

}  // namespace tarn::observe
