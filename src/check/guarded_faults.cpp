// What is told of guarded slots, in the words that checked heaps have.
#include "base/order.hpp"
#include "check/family.hpp"
#include "check/guarded_slots.hpp"
#include "check/touch.hpp"
#include "os/memory.hpp"
#include "port/fault.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

using port::BlockFamily;

bool was_given(const GuardedSlot* slot) noexcept {
  return slot != nullptr &&
         slot->use.load(std::memory_order_acquire) >= SlotUse::live;
}

bool is_freed(const GuardedSlot& slot) noexcept {
  return slot.use.load(std::memory_order_acquire) == SlotUse::freed;
}

Distance distance_from(const GuardedSlot& slot, const void* p) noexcept {
  return distance_of(p, slot.block, slot.record.size);
}

// The one whose page it is, or that is nearest to the guard. Null: nobody ever
// had one there.
const GuardedSlot* nearest(const void* p) noexcept {
  const SlotsAt at = guarded_slots_at(p);
  if (at.page != nullptr)
    return was_given(at.page) ? at.page : nullptr;
  if (!was_given(at.below))
    return was_given(at.above) ? at.above : nullptr;
  return was_given(at.above) && distance_from(*at.above, p).bytes <
                                    distance_from(*at.below, p).bytes
             ? at.above
             : at.below;
}

void write_in_brackets(base::Line& line, const GuardedSlot& slot) noexcept {
  line << base::Hex{slot.block} << " (" << std::uint64_t{slot.record.size}
       << " bytes, ";
  write_pool(line, slot.record.pool);
  line << ")";
}

Finding finding_of(Fault fault, const GuardedSlot& slot) noexcept {
  Finding found{.fault = fault};
  found.block = {slot.block, slot.record.size, &slot.record};
  found.pool = slot.record.pool;
  return found;
}

void tell_beside(const GuardedSlot& slot, Fault fault,
                 const Change& change) noexcept {
  const bool is_behind = fault == Fault::overflow;
  Finding found = finding_of(fault, slot);
  found.line << (is_behind ? "overflow: " : "underflow: ")
             << std::uint64_t{change.size()}
             << (change.size() == 1 ? " byte" : " bytes") << " changed "
             << (is_behind ? "behind " : "before ");
  write_in_brackets(found.line, slot);
  found.place = change.first;
  found.damage = change.first;
  found.damaged = change.size();
  report(found);
}

Finding mismatch_of(const GuardedSlot& slot, BlockFamily family) noexcept {
  Finding found = finding_of(Fault::mismatch, slot);
  found.line << way_back(family) << " of " << base::Hex{slot.block} << ": ";
  return found;
}

}  // namespace

// All of a page would take a tenth of what a sample costs.
SlotSides sides_of(const GuardedSlot& slot) noexcept {
  constexpr std::size_t near = 512;
  std::byte* const end = slot.block + slot.record.size;
  const std::size_t before = detail::bytes_between(slot.front, slot.block);
  const std::size_t behind = detail::bytes_between(end, opened_end(slot));
  return {slot.block - base::smaller(before, near),
          end + base::smaller(behind, near)};
}

SlotDamage slot_damage(const GuardedSlot& slot) noexcept {
  const SlotSides sides = sides_of(slot);
  std::byte* const end = slot.block + slot.record.size;
  return {
      find_change(sides.begin, detail::bytes_between(sides.begin, slot.block),
                  redzone_fill),
      find_change(end, detail::bytes_between(end, sides.end), redzone_fill)};
}

unsigned tell_slot_damage(const GuardedSlot& slot,
                          const SlotDamage& damage) noexcept {
  unsigned told = 0;
  if (damage.before && ++told != 0)
    tell_beside(slot, Fault::underflow, damage.before);
  if (damage.behind && ++told != 0)
    tell_beside(slot, Fault::overflow, damage.behind);
  return told;
}

void tell_no_block(PoolNumber pool, const void* p) noexcept {
  const GuardedSlot* const slot = nearest(p);
  if (slot == nullptr) {
    Finding found{.fault = Fault::wrong_pool};
    found.line << "free of " << base::Hex{p} << ": not a block of ";
    write_pool(found.line, pool);
    return report(found);
  }
  const bool is_start = p == slot->block;
  Finding found =
      finding_of(is_start ? Fault::double_free : Fault::wrong_pool, *slot);
  base::Line& line = found.line;
  line << (is_start ? "double free of " : "free of ") << base::Hex{p} << ": ";
  if (!is_start) {
    line << distance_from(*slot, p) << "a "
         << (is_freed(*slot) ? "freed " : "");
  }
  line << std::uint64_t{slot->record.size}
       << (slot->is_object() ? "-byte slot of " : "-byte block of ");
  write_pool(line, slot->record.pool);
  report(found);
}

void tell_slot_of_other(PoolNumber pool, const GuardedSlot& slot) noexcept {
  Finding found = finding_of(Fault::wrong_pool, slot);
  found.line << "free of " << base::Hex{slot.block} << " into ";
  write_pool(found.line, pool);
  found.line << ": it belongs to ";
  write_pool(found.line, slot.record.pool);
  found.place = slot.block;
  report(found);
}

void tell_slot_mismatch(const GuardedSlot& slot,
                        const port::BlockReturn& said) noexcept {
  const auto family = static_cast<BlockFamily>(slot.record.family);
  const std::size_t align = std::size_t{1} << slot.record.align_log2;
  const bool says_align = said.align != port::BlockReturn::unsaid;
  const std::size_t said_align =
      said.align < max_align ? max_align : said.align;
  if (said.family != BlockFamily::pool && family != BlockFamily::pool &&
      said.family != family) {
    Finding found = mismatch_of(slot, said.family);
    found.line << "allocated by " << way_here(family);
    report(found);
  } else if (said.size != port::BlockReturn::unsaid &&
             said.size != slot.record.size) {
    Finding found = mismatch_of(slot, said.family);
    found.line << std::uint64_t{said.size} << " bytes said, "
               << std::uint64_t{slot.record.size} << " allocated";
    report(found);
  } else if (says_align && said_align != align) {
    Finding found = mismatch_of(slot, said.family);
    found.line << "alignment " << std::uint64_t{said_align} << " said, "
               << std::uint64_t{align} << " allocated";
    report(found);
  }
}

bool whose_guarded_slot(const void* address, bool is_write,
                        Finding& finding) noexcept {
  const GuardedSlot* const slot = nearest(address);
  if (slot == nullptr)
    return false;
  begin_touch(finding, address, is_write, slot->block, slot->record,
              is_freed(*slot));
  write_pool(finding.line, slot->record.pool);
  finding.line << ")";
  finding.pool = slot->record.pool;
  // What the program goes on with; os::unguard() opens guards only.
  if (slot->is_object() && is_freed(*slot) &&
      port::after_fault() == AfterFault::go_on)
    static_cast<void>(os::make_writable(
        slot->opened, detail::bytes_between(slot->opened, opened_end(*slot))));
  return true;
}

namespace {

std::size_t sweep(GuardedSlot& slot) noexcept {
  std::size_t told = 0;
  // Who gives it back meanwhile waits.
  if (!hold_slot(slot))
    return 0;
  if (const SlotDamage damage = slot_damage(slot)) {
    told = tell_slot_damage(slot, damage);
    if (damage.before)
      fill(damage.before.first, damage.before.size(), redzone_fill);
    if (damage.behind)
      fill(damage.behind.first, damage.behind.size(), redzone_fill);
  }
  let_slot_go(slot);
  return told;
}

}  // namespace

std::size_t sweep_guarded_slots() noexcept {
  std::size_t told = 0;
  each_slot([&told](GuardedSlot& slot) { told += sweep(slot); });
  return told;
}

void describe_guarded(Description& found, const void* p) noexcept {
  const GuardedSlot* const slot = nearest(p);
  found.kind = AddressKind::block;
  found.pool = PoolKind::heap;
  if (slot == nullptr || distance_from(*slot, p).side != Side::into) {
    found.kind = AddressKind::metadata;
    return;
  }
  found.start = slot->block;
  found.size = slot->record.size;
  found.offset = detail::bytes_between(slot->block, p);
  found.state = is_freed(*slot) ? BlockState::free : BlockState::in_use;
  found.thread = slot->record.allocated_on;
  if (const PoolEntry* const entry = pool_entry(slot->record.pool)) {
    found.pool = entry->kind;
    found.id = entry->id;
    found.name = port::pool_name(entry->id);
  }
}

}  // namespace tarn::check
