// Whose guard it is that somebody touched.
#include "check/distance.hpp"
#include "check/heap.hpp"
#include "check/report.hpp"
#include "check/shadow.hpp"
#include "os/memory.hpp"

namespace tarn::check {
namespace {

bool was_given(const Record& record) noexcept {
  return static_cast<BlockUse>(record.use) != BlockUse::fresh;
}

std::size_t distance(const CheckSlab& slab, unsigned slot,
                     const void* address) noexcept {
  const std::byte* const block = block_of(slab, slot);
  const std::byte* const end = block + slab.records[slot].size;
  if (detail::address_of(address) < detail::address_of(block))
    return detail::bytes_between(address, block);
  return detail::address_of(address) < detail::address_of(end)
             ? 0
             : detail::bytes_between(end, address);
}

// A guard lies behind one block and before the next one.
unsigned nearest(const CheckSlab& slab, const void* address) noexcept {
  const unsigned slot = slab.slot_of(address);
  if (slot + 1 >= slab.slots || !was_given(slab.records[slot + 1]))
    return slot;
  return was_given(slab.records[slot]) && distance(slab, slot, address) <=
                                              distance(slab, slot + 1, address)
             ? slot
             : slot + 1;
}

}  // namespace

bool tell_access(const void* address, bool is_write,
                 Finding& finding) noexcept {
  const CheckSlab* const slab = slab_at(address);
  const bool has_guards = slab != nullptr && slab->layout != Layout::slab;
  if (slab == nullptr || (!has_guards && !follows_sanitizer()) ||
      slab->slot_of(address) >= slab->slots)
    return false;
  const unsigned slot = nearest(*slab, address);
  const Record& record = slab->records[slot];
  if (!was_given(record))
    return false;
  const bool is_live = static_cast<BlockUse>(record.use) == BlockUse::live;
  const std::byte* const block = block_of(*slab, slot);
  const bool is_below = detail::address_of(address) < detail::address_of(block);
  const bool is_inside = distance(*slab, slot, address) == 0 && !is_below &&
                         address != block + record.size;
  finding.fault = !is_live   ? Fault::use_after_free
                  : is_below ? Fault::underflow
                             : Fault::overflow;
  base::Line& line = finding.line;
  line << (is_write ? "write of " : "read of ") << base::Hex{address} << ": "
       << Distance{is_inside  ? Side::into
                   : is_below ? Side::before
                              : Side::behind,
                   is_inside ? detail::bytes_between(block, address)
                             : distance(*slab, slot, address)}
       << (is_live ? "" : "freed ") << base::Hex{block} << " ("
       << std::uint64_t{record.size} << " bytes, ";
  write_pool(line, record.pool);
  line << ")";
  finding.block = {block, record.size, &record};
  finding.pool = record.pool;
  return true;
}

}  // namespace tarn::check
