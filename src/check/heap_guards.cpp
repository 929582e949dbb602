// Whose guard it is that somebody touched.
#include "check/heap.hpp"
#include "check/report.hpp"
#include "check/shadow.hpp"
#include "check/touch.hpp"
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
  begin_touch(finding, address, is_write, block_of(*slab, slot), record,
              !is_live(record));
  write_pool(finding.line, record.pool);
  finding.line << ")";
  finding.pool = record.pool;
  return true;
}

}  // namespace tarn::check
