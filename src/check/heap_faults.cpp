// What is told of blocks of a checked heap.
#include "tarn/describe.hpp"

#include "check/distance.hpp"
#include "check/family.hpp"
#include "check/heap.hpp"
#include "check/report.hpp"
#include "port/pool_kind.hpp"

namespace tarn::check {
namespace {

using port::BlockFamily;

BlockFamily family_of(const Record& record) noexcept {
  return static_cast<BlockFamily>(record.family);
}

std::size_t align_of(const Record& record) noexcept {
  return std::size_t{1} << record.align_log2;
}

Neighbour neighbour(const CheckSlab& slab, unsigned slot) noexcept {
  const Record& record = slab.records[slot];
  return {block_of(slab, slot), record.size, &record};
}

// With all but the line and the place.
Finding finding_of(Fault fault, const CheckSlab& slab, unsigned slot) noexcept {
  Finding found{.fault = fault};
  found.block = neighbour(slab, slot);
  found.pool = slab.heap->number;
  for (unsigned i = slot; i-- != 0 && found.below.block == nullptr;)
    if (is_live(slab.records[i]))
      found.below = neighbour(slab, i);
  for (unsigned i = slot; ++i < slab.slots && found.above.block == nullptr;)
    if (is_live(slab.records[i]))
      found.above = neighbour(slab, i);
  return found;
}

// " 0x..40 (64 bytes, the heap)"
void write_block(base::Line& line, const CheckSlab& slab,
                 unsigned slot) noexcept {
  line << base::Hex{block_of(slab, slot)} << " ("
       << std::uint64_t{slab.records[slot].size} << " bytes, ";
  write_pool(line, slab.heap->number);
  line << ")";
}

// "64-byte block of the heap"
void write_kind(base::Line& line, const CheckSlab& slab,
                unsigned slot) noexcept {
  line << std::uint64_t{slab.records[slot].size} << "-byte block of ";
  write_pool(line, slab.heap->number);
}

void tell_around(const CheckSlab& slab, unsigned slot, Fault fault,
                 const Change& change) noexcept {
  const bool is_behind = fault == Fault::overflow;
  Finding found = finding_of(fault, slab, slot);
  found.line << (is_behind ? "overflow: " : "underflow: ")
             << std::uint64_t{change.size()}
             << (change.size() == 1 ? " byte" : " bytes") << " changed "
             << (is_behind ? "behind " : "before ");
  write_block(found.line, slab, slot);
  found.place = change.first;
  found.damage = change.first;
  found.damaged = change.size();
  report(found);
}

void tell_inside(const CheckSlab& slab, unsigned slot,
                 const Change& change) noexcept {
  Finding found = finding_of(Fault::use_after_free, slab, slot);
  found.line << "write after free: byte "
             << std::uint64_t{detail::bytes_between(block_of(slab, slot),
                                                    change.first)}
             << " of ";
  write_block(found.line, slab, slot);
  found.line << " changed";
  found.place = change.first;
  found.damage = change.first;
  found.damaged = change.size();
  report(found);
}

void write_said(base::Line& line, const CheckSlab& slab, unsigned slot,
                const port::BlockReturn& said) noexcept {
  line << way_back(said.family) << " of " << base::Hex{block_of(slab, slot)}
       << ": ";
}

}  // namespace

unsigned tell_damage(const CheckSlab& slab, unsigned slot,
                     const Damage& damage) noexcept {
  unsigned told = 0;
  if (damage.before && ++told != 0)
    tell_around(slab, slot, Fault::underflow, damage.before);
  if (damage.inside && ++told != 0)
    tell_inside(slab, slot, damage.inside);
  if (damage.behind && ++told != 0)
    tell_around(slab, slot, Fault::overflow, damage.behind);
  return told;
}

void tell_not_live(const heap::Domain& domain, const CheckSlab& slab,
                   unsigned slot, const void* p) noexcept {
  const Record& record = slab.records[slot];
  const std::byte* const block = block_of(slab, slot);
  const bool is_start = p == block;
  const bool was_given = static_cast<BlockUse>(record.use) != BlockUse::fresh;
  Finding found =
      finding_of(is_start && was_given ? Fault::double_free : Fault::wrong_pool,
                 slab, slot);
  found.place = static_cast<const std::byte*>(p);
  base::Line& line = found.line;
  line << (is_start && was_given ? "double free of " : "free of ")
       << base::Hex{p} << ": ";
  if (!was_given) {
    line << "not a block of ";
    write_pool(line, static_cast<const HeapState*>(
                         domain.checked.load(std::memory_order_acquire))
                         ->number);
    return report(found);
  }
  const std::byte* const end = block + record.size;
  if (detail::address_of(p) < detail::address_of(block))
    line << Distance{Side::before, detail::bytes_between(p, block)} << "a ";
  else if (!is_start && detail::address_of(p) >= detail::address_of(end))
    line << Distance{Side::behind, detail::bytes_between(end, p)} << "a ";
  else if (!is_start)
    line << Distance{Side::into, detail::bytes_between(block, p)} << "a ";
  if (!is_start && !is_live(record))
    line << "freed ";
  write_kind(line, slab, slot);
  report(found);
}

void tell_mismatch(const CheckSlab& slab, unsigned slot,
                   const port::BlockReturn& said) noexcept {
  const Record& record = slab.records[slot];
  const BlockFamily family = family_of(record);
  if (said.family != BlockFamily::pool && family != BlockFamily::pool &&
      said.family != family) {
    Finding found = finding_of(Fault::mismatch, slab, slot);
    write_said(found.line, slab, slot, said);
    found.line << "allocated by " << way_here(family);
    return report(found);
  }
  if (said.size != port::BlockReturn::unsaid && said.size != record.size) {
    Finding found = finding_of(Fault::mismatch, slab, slot);
    write_said(found.line, slab, slot, said);
    found.line << std::uint64_t{said.size} << " bytes said, "
               << std::uint64_t{record.size} << " allocated";
    return report(found);
  }
  if (said.align == port::BlockReturn::unsaid)
    return;
  const std::size_t align = said.align < max_align ? max_align : said.align;
  if (align == align_of(record))
    return;
  Finding found = finding_of(Fault::mismatch, slab, slot);
  write_said(found.line, slab, slot, said);
  found.line << "alignment " << std::uint64_t{align} << " said, "
             << std::uint64_t{align_of(record)} << " allocated";
  report(found);
}

void tell_wrong_heap(heap::Domain& domain, const CheckSlab& slab, unsigned slot,
                     const void* p) noexcept {
  Finding found = finding_of(Fault::wrong_pool, slab, slot);
  found.line << "free of " << base::Hex{p} << " into ";
  if (const HeapState* const own = state_of(domain))
    write_pool(found.line, own->number);
  else
    found.line << "another heap";
  found.line << ": it belongs to ";
  write_pool(found.line, slab.heap->number);
  found.place = static_cast<const std::byte*>(p);
  report(found);
}

bool tell_stray(heap::Domain& domain, const void* p) noexcept {
  const Description there = describe(p);
  Finding found{.fault = Fault::wrong_pool};
  base::Line& line = found.line;
  line << "free of " << base::Hex{p};
  const bool has_name = *there.name != '\0';
  const char* const noun = port::noun_of(there.pool);
  switch (there.pool) {
    case PoolKind::region:
      line << ": a block of " << (has_name ? "" : "an unnamed ") << noun;
      if (has_name)
        line << " '" << there.name << "'";
      line << " dies with its region";
      break;
    case PoolKind::object_pool:
      line << " into ";
      if (const HeapState* const own = state_of(domain))
        write_pool(line, own->number);
      else
        line << "a heap";
      line << ": it belongs to " << (has_name ? "" : "an unnamed ") << noun;
      if (has_name)
        line << " '" << there.name << "'";
      break;
    default:
      line << ": not memory of any pool";
  }
  if (there.kind != AddressKind::foreign && there.kind != AddressKind::unused)
    found.place = static_cast<const std::byte*>(p);
  report(found);
  return true;
}

}  // namespace tarn::check
