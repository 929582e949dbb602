// Slabs whose objects ended lie in graves for a while: nobody can touch them,
// and who does is told what lay there. In the same way the pages of a released
// object are hidden where each has its own.
#include "tarn/describe.hpp"

#include "base/memory_orders.hpp"
#include "base/sparse.hpp"
#include "check/degrade.hpp"
#include "check/distance.hpp"
#include "check/guarded.hpp"
#include "check/object_shadow.hpp"
#include "check/objects.hpp"
#include "check/shadow.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "port/fault.hpp"
#include "port/world.hpp"
#include "span/teller.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using object::Slab;
using object::State;

using base::relaxed;

// Address space and, where the kernel has no marks, a mapping or two each.
constexpr std::uint32_t most_graves = 1024;
// Each takes two mappings of the 65530 that a process has, which fork copies
// one by one. From half of them on only what waits for its next use is hidden.
constexpr std::uint32_t most_hidden = 1024;
constexpr std::uint32_t most_tries = 16;

// Whoever takes one out, by an exchange, owns it: acquire there, release here.
constinit std::atomic<SlabRecords*> graves[most_graves] = {};
constinit std::atomic<std::uint32_t> next_grave{0};
TARN_SPARSE constinit std::atomic<SlabRecords*> hidden[most_hidden] = {};
constinit std::atomic<std::uint32_t> next_hidden{0};
constinit std::atomic<std::uint32_t> hidden_count{0};

// How many graves are there whose slabs' addresses are alike, so that few who
// ask for one look at all.
constexpr unsigned kinds_of_addresses_log2 = 12;
constinit std::atomic<std::uint16_t> alike[1u << kinds_of_addresses_log2] = {};

std::atomic<std::uint16_t>& graves_like(const std::byte* slab) noexcept {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  const std::uint64_t mixed =
      std::uint64_t{detail::address_of(slab)} / (4 * KiB) * golden;
  return alike[mixed >> (64 - kinds_of_addresses_log2)];
}

void exhume(SlabRecords& records) noexcept {
  const Loan slab = records.slab;
  graves_like(slab.memory).fetch_sub(1, std::memory_order_release);
  const bool is_open = follows_sanitizer()
                           ? (returned_in_shadow(records), true)
                           : os::unguard(slab.memory, slab.size);
  // Pages that stay shut are nobody's any more.
  if (is_open) {
    port::system_retag(slab, 0);
    port::system_take_back(slab);
  }
  drop(records);
}

bool is_in(const SlabRecords& records, const std::byte* p) noexcept {
  return p >= records.slab.memory &&
         p < records.slab.memory + records.slab.size;
}

// The slot that an address is nearest to; null: it lies in the slab's head.
SlotRecord* slot_at(SlabRecords& records, const std::byte* p) noexcept {
  SlotRecord* found = nullptr;
  for (std::uint32_t i = 0; i < records.count; ++i)
    if (records.slots()[i].object <= p)
      found = &records.slots()[i];
  return found;
}

void write_access(base::Line& line, const std::byte* p, bool is_write,
                  const SlabRecords& records, const SlotRecord& slot) noexcept {
  const auto offset = static_cast<std::size_t>(p - slot.object);
  const bool is_behind = offset >= records.object_size;
  line << (is_write ? "write of " : "read of ") << base::Hex{p} << ": "
       << (is_behind ? Distance{Side::behind, offset - records.object_size}
                     : Distance{Side::into, offset})
       << (is_behind ? "" : "freed ") << base::Hex{slot.object};
  write_place(line, records.object_size, records.pool);
}

void show_block(Finding& finding, const std::byte* p, SlabRecords& records,
                const SlotRecord* slot) noexcept {
  finding.pool = records.pool;
  finding.place = p;
  if (slot != nullptr)
    finding.block = {slot->object, records.object_size, &slot->record};
}

SlabRecords* grave_at(const std::byte* p) noexcept {
  // None was ever dug.
  if (next_grave.load(relaxed) == 0)
    return nullptr;
  for (const std::atomic<SlabRecords*>& grave : graves) {
    SlabRecords* const records = grave.load(std::memory_order_acquire);
    // What was taken out meanwhile may be a slab again that is in use.
    if (records != nullptr && is_in(*records, p) &&
        grave.load(std::memory_order_acquire) == records)
      return records;
  }
  return nullptr;
}

// The same of a slab's begin, quickly where there is none.
bool is_grave(const std::byte* slab) noexcept {
  return graves_like(slab).load(std::memory_order_acquire) != 0 &&
         grave_at(slab) != nullptr;
}

bool find_grave(const std::byte* p, bool is_write, Finding& finding) noexcept {
  if (SlabRecords* const records = grave_at(p)) {
    const SlotRecord* const slot = slot_at(*records, p);
    const PoolEntry* const pool = pool_entry(records->pool);
    const bool has_ended = pool == nullptr || pool->ended != 0;
    show_block(finding, p, *records, slot);
    finding.fault = has_ended ? Fault::use_after_end : Fault::use_after_free;
    if (has_ended || slot == nullptr) {
      finding.line << "use of ";
      write_pool(finding.line, records->pool);
      finding.line << (has_ended ? " after its end" : " after its reap");
    } else {
      write_access(finding.line, p, is_write, *records, *slot);
    }
    return true;
  }
  return false;
}

// The pages behind the one with the slab's head.
std::byte* pages_to_hide(const SlabRecords& records) noexcept {
  return records.slab.memory + os::page_size();
}

std::size_t bytes_to_hide(const SlabRecords& records) noexcept {
  return records.slab_size - os::page_size();
}

bool find_hidden(const std::byte* p, bool is_write, Finding& finding) noexcept {
  for (const std::atomic<SlabRecords*>& place : hidden) {
    SlabRecords* const records = place.load(std::memory_order_acquire);
    if (records == nullptr || !is_in(*records, p))
      continue;
    const SlotRecord& slot = *records->slots();
    show_block(finding, p, *records, &slot);
    finding.fault = Fault::use_after_free;
    write_access(finding.line, p, is_write, *records, slot);
    // What the program goes on with; os::unguard() opens marks only.
    if (port::after_fault() == AfterFault::go_on)
      static_cast<void>(
          os::make_writable(pages_to_hide(*records), bytes_to_hide(*records)));
    return true;
  }
  return false;
}

// A slab that is not in a grave. Null: its pool is not checked.
SlabRecords* records_at(const std::byte* memory) noexcept {
  const Slab& slab = *reinterpret_cast<const Slab*>(memory);
  return slab.self == &slab && State::of(*slab.pool).checks != nullptr
             ? static_cast<SlabRecords*>(slab.records)
             : nullptr;
}

// The page behind a slab of one slot, which is where a chunk begins.
bool find_behind(const std::byte* p, bool is_write, Finding& finding) noexcept {
  const Description found = describe(p);
  if (found.pool != PoolKind::object_pool || found.kind == AddressKind::block)
    return false;
  SlabRecords* const records = records_at(found.start);
  if (records == nullptr || !records->has_guard)
    return false;
  const std::byte* const end = records->slab.memory + records->slab_size;
  if (p < end || p >= end + os::page_size())
    return false;
  const SlotRecord& slot = *records->slots();
  show_block(finding, p, *records, &slot);
  finding.fault = Fault::overflow;
  write_access(finding.line, p, is_write, *records, slot);
  return true;
}

// The slab of a checked pool around an address. Its begin is the one multiple
// of its size where a chunk begins that reaches so far.
SlabRecords* records_around(const std::byte* p) noexcept {
  constexpr std::size_t least = 4 * KiB;
  constexpr std::size_t most = 16 * MiB;
  if (describe(p).pool != PoolKind::object_pool)
    return nullptr;
  for (std::size_t size = least; size <= most; size *= 2) {
    const std::byte* const begin = p - detail::address_of(p) % size;
    const Description found = describe(begin);
    if (found.pool == PoolKind::object_pool && found.start == begin &&
        found.kind != AddressKind::free)
      return records_at(begin);
  }
  return nullptr;
}

// The object that an access met or missed, where each byte is looked at.
bool find_beside(const std::byte* p, bool is_write, Finding& finding) noexcept {
  SlabRecords* const records = records_around(p);
  if (records == nullptr)
    return false;
  const std::size_t size = records->object_size;
  SlotRecord* slot = slot_at(*records, p);
  SlotRecord* const above = slot == nullptr ? records->slots() : slot + 1;
  const bool has_above = above < records->slots() + records->count;
  const bool is_before =
      has_above &&
      (slot == nullptr || (p >= slot->object + size &&
                           above->object - p < p - (slot->object + size)));
  if (is_before)
    slot = above;
  if (slot == nullptr)
    return false;
  show_block(finding, p, *records, slot);
  if (!is_before) {
    write_access(finding.line, p, is_write, *records, *slot);
    return true;
  }
  finding.line << (is_write ? "write of " : "read of ") << base::Hex{p} << ": "
               << Distance{Side::before,
                           static_cast<std::uint64_t>(slot->object - p)}
               << base::Hex{slot->object};
  write_place(finding.line, size, records->pool);
  return true;
}

bool whose_object(const void* address, bool is_write,
                  Finding& finding) noexcept {
  const auto* const p = static_cast<const std::byte*>(address);
  return find_grave(p, is_write, finding) ||
         find_hidden(p, is_write, finding) ||
         find_behind(p, is_write, finding) ||
         (follows_sanitizer() && find_beside(p, is_write, finding));
}

}  // namespace

bool describe_object(Description& found) noexcept {
  const std::byte* const p = found.start + found.offset;
  // The head of a slab in a grave cannot be read.
  if (is_grave(found.start)) {
    found.kind = AddressKind::free;
    return true;
  }
  SlabRecords* const records = records_at(found.start);
  if (records == nullptr)
    return false;
  const SlotRecord* const slot = slot_at(*records, p);
  if (slot == nullptr || p >= slot->object + records->object_size)
    return true;
  found.kind = AddressKind::block;
  found.start = slot->object;
  found.size = records->object_size;
  found.offset = static_cast<std::size_t>(p - slot->object);
  found.slot = static_cast<std::uint32_t>(slot - records->slots());
  found.state =
      use_of(*slot) == BlockUse::live ? BlockState::unknown : BlockState::free;
  return true;
}

bool bury(SlabRecords& records) noexcept {
  const Loan slab = records.slab;
  const std::size_t page = os::page_size();
  if (detail::address_of(slab.memory) % page != 0 || slab.size % page != 0)
    return false;
  span::some_chunks_are_guarded.store(true, relaxed);
  if (follows_sanitizer()) {
    close_in_shadow(records);
  } else if (!os::guard(slab.memory, slab.size)) {
    guard_is_refused();
    return false;
  }
  graves_like(slab.memory).fetch_add(1, std::memory_order_release);
  const std::uint32_t number = next_grave.fetch_add(1, relaxed) % most_graves;
  SlabRecords* const former =
      graves[number].exchange(&records, std::memory_order_acq_rel);
  if (former != nullptr)
    exhume(*former);
  return true;
}

bool empty_graves() noexcept {
  bool was_any = false;
  for (std::atomic<SlabRecords*>& grave : graves)
    if (SlabRecords* const records =
            grave.exchange(nullptr, std::memory_order_acq_rel)) {
      exhume(*records);
      was_any = true;
    }
  return was_any;
}

void drop(SlabRecords& records) noexcept {
  if (follows_sanitizer())
    show_records(records);
  port::system_take_back(records.own);
}

void guard_behind(SlabRecords& records) noexcept {
  records.has_guard =
      os::guard(records.slab.memory + records.slab_size, os::page_size());
  if (!records.has_guard)
    guard_is_refused();
}

void unguard_behind(SlabRecords& records) noexcept {
  if (records.has_guard)
    static_cast<void>(
        os::unguard(records.slab.memory + records.slab_size, os::page_size()));
  records.has_guard = false;
}

void hide(SlotRecord& slot, SlabRecords& records) noexcept {
  if (!records.has_guard || bytes_to_hide(records) == 0)
    return;
  for (std::uint32_t tries = 0; tries < most_tries; ++tries) {
    const std::uint32_t at = next_hidden.fetch_add(1, relaxed) % most_hidden;
    SlabRecords* none = nullptr;
    if (!hidden[at].compare_exchange_strong(none, &records,
                                            std::memory_order_acq_rel, relaxed))
      continue;
    if (os::protect(pages_to_hide(records), bytes_to_hide(records))) {
      hidden_count.fetch_add(1, relaxed);
      slot.hidden_at.store(at + 1, std::memory_order_release);
    } else {
      hidden[at].store(nullptr, std::memory_order_release);
    }
    return;
  }
}

void show_if_crowded(SlotRecord& slot, SlabRecords& records) noexcept {
  if (hidden_count.load(relaxed) > most_hidden / 2)
    show(slot, records);
}

void show(SlotRecord& slot, SlabRecords& records) noexcept {
  const std::uint32_t at = slot.hidden_at.load(relaxed);
  if (at == 0)
    return;
  static_cast<void>(
      os::make_writable(pages_to_hide(records), bytes_to_hide(records)));
  hidden[at - 1].store(nullptr, std::memory_order_release);
  hidden_count.fetch_sub(1, relaxed);
  // Pairs with the acquire of a sweep.
  slot.hidden_at.store(0, std::memory_order_release);
}

void watch_graves() noexcept {
  watch_guards(whose_object);
}

}  // namespace tarn::check
