// What is told of blocks of a checked region.
#include "tarn/describe.hpp"

#include "check/distance.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"

namespace tarn::check::regions {
namespace {

using port::RegionEnd;

Neighbour neighbour(Extent& extent, Entry& entry) noexcept {
  return {block_of(extent, entry), entry.record.size, &entry.record};
}

void find_neighbours(Finding& finding, Extent& extent, Entry& entry) noexcept {
  Entry* const first = extent.entries();
  Entry* const end = first + extent.count.load(std::memory_order_acquire);
  for (Entry* other = &entry; other-- != first && !finding.below.block;)
    if (use_of(*other) == BlockUse::live)
      finding.below = neighbour(extent, *other);
  for (Entry* other = &entry + 1; other < end && !finding.above.block; ++other)
    if (use_of(*other) == BlockUse::live)
      finding.above = neighbour(extent, *other);
}

// "0x..40 (64 bytes, region 'request')"
void write_block(base::Line& line, Extent& extent, Entry& entry) noexcept {
  line << base::Hex{block_of(extent, entry)} << " ("
       << std::uint64_t{entry.record.size} << " bytes, ";
  write_pool(line, extent.pool);
  line << ")";
}

// "64-byte block of region 'request'"
void write_kind(base::Line& line, Extent& extent, Entry& entry) noexcept {
  line << std::uint64_t{entry.record.size} << "-byte block of ";
  write_pool(line, extent.pool);
}

const char* what_ended(RegionEnd how) noexcept {
  switch (how) {
    case RegionEnd::reset:
      return "reset";
    case RegionEnd::rewind:
      return "rewind";
    case RegionEnd::end:
      return "end";
    case RegionEnd::free:
      break;
  }
  return "free";
}

const char* had_ended(RegionEnd how) noexcept {
  switch (how) {
    case RegionEnd::reset:
      return "reset";
    case RegionEnd::rewind:
      return "rewound";
    case RegionEnd::end:
      return "ended";
    case RegionEnd::free:
      break;
  }
  return "freed";
}

}  // namespace

void tell_block(Fault fault, Extent& extent, Entry& entry, base::Line& line,
                const std::byte* damage, std::size_t damaged) noexcept {
  Finding finding{.fault = fault};
  finding.line = line;
  finding.place = damage != nullptr ? damage : block_of(extent, entry);
  finding.damage = damage;
  finding.damaged = damaged;
  finding.block = neighbour(extent, entry);
  finding.pool = extent.pool;
  find_neighbours(finding, extent, entry);
  report(finding);
}

void tell_around(Extent& extent, Entry& entry, std::byte* first,
                 std::size_t size) noexcept {
  const bool is_behind = first >= block_of(extent, entry);
  base::Line line;
  line << (is_behind ? "overflow: " : "underflow: ") << size
       << (size == 1 ? " byte" : " bytes") << " changed "
       << (is_behind ? "behind " : "before ");
  write_block(line, extent, entry);
  tell_block(is_behind ? Fault::overflow : Fault::underflow, extent, entry,
             line, first, size);
}

void tell_written(Extent& extent, Entry& entry, const std::byte* first,
                  std::size_t size, const char* what) noexcept {
  base::Line line;
  line << "write after " << what << ": byte "
       << detail::bytes_between(block_of(extent, entry), first) << " of ";
  write_block(line, extent, entry);
  line << " changed";
  tell_block(Fault::use_after_free, extent, entry, line, first, size);
}

void tell_double(Extent& extent, Entry& entry) noexcept {
  base::Line line;
  line << "double free of " << base::Hex{block_of(extent, entry)} << ": ";
  write_kind(line, extent, entry);
  tell_block(Fault::double_free, extent, entry, line, nullptr, 0);
}

void tell_interior(Extent& extent, Entry& entry, const std::byte* p,
                   const char* verb) noexcept {
  const std::byte* const block = block_of(extent, entry);
  base::Line line;
  line << verb << " of " << base::Hex{p} << ": ";
  if (p < block)
    line << Distance{Side::before, detail::bytes_between(p, block)} << "a ";
  else
    line << Distance{Side::into, detail::bytes_between(block, p)} << "a ";
  write_kind(line, extent, entry);
  tell_block(Fault::wrong_pool, extent, entry, line, nullptr, 0);
}

void tell_mismatch(Extent& extent, Entry& entry, std::size_t said,
                   const char* verb) noexcept {
  base::Line line;
  line << verb << " of " << base::Hex{block_of(extent, entry)} << ": " << said
       << " bytes said, " << std::uint64_t{entry.record.size} << " allocated";
  tell_block(Fault::mismatch, extent, entry, line, nullptr, 0);
}

void tell_stray(RegionState& state, const std::byte* p,
                const char* verb) noexcept {
  Finding finding{.fault = Fault::wrong_pool};
  base::Line& line = finding.line;
  const Description found = describe(p);
  line << verb << " of " << base::Hex{p};
  if (found.pool == PoolKind::none || found.pool == PoolKind::tool) {
    line << ": not memory of any pool";
  } else {
    line << " into ";
    write_pool(line, state.number);
    line << ": it belongs to ";
    if (found.pool == PoolKind::heap && found.id == 0)
      line << "the heap";
    else
      line << port::noun_of(found.pool) << " '" << port::pool_name(found.id)
           << "'";
  }
  finding.place = p;
  finding.pool = state.number;
  report(finding);
}

void write_touch(Finding& finding, Extent& extent, Entry& entry,
                 const std::byte* p, bool is_write) noexcept {
  const std::byte* const block = block_of(extent, entry);
  const std::byte* const end = block + entry.record.size;
  finding.fault = p < block ? Fault::underflow : Fault::overflow;
  base::Line& line = finding.line;
  line << (is_write ? "write of " : "read of ") << base::Hex{p} << ": ";
  if (p < block)
    line << Distance{Side::before, detail::bytes_between(p, block)};
  else
    line << Distance{Side::behind, detail::bytes_between(end, p)};
  write_block(line, extent, entry);
  finding.block = neighbour(extent, entry);
  finding.pool = extent.pool;
}

// What a touch, a write found later (`what`: "write") or another call did.
void write_late_use(Finding& finding, const Grave& grave, const std::byte* p,
                    const char* what) noexcept {
  base::Line& line = finding.line;
  finding.fault = Fault::use_after_end;
  finding.pool = grave.pool;
  finding.place = p;
  Extent* const extent = grave.extent;
  Entry* const entry = extent != nullptr ? nearest_entry(*extent, p) : nullptr;
  if (entry != nullptr)
    finding.block = neighbour(*extent, *entry);
  const bool is_inside = entry != nullptr && p >= block_of(*extent, *entry) &&
                         p < block_of(*extent, *entry) + entry->record.size;
  if (what != nullptr && is_inside && *what == 'w') {
    line << "write after " << what_ended(grave.how) << ": byte "
         << detail::bytes_between(block_of(*extent, *entry), p) << " of ";
    write_block(line, *extent, *entry);
    line << " changed";
    return;
  }
  line << "use after " << what_ended(grave.how) << ": " << base::Hex{p}
       << " lay in ";
  write_pool(line, grave.pool);
  line << ", " << had_ended(grave.how) << " "
       << std::uint64_t{port::clock_ms() - grave.at} << " ms ago";
}

}  // namespace tarn::check::regions
