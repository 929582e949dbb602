// Whether the bytes beside objects, and those of objects that nobody has, are
// as they were. What is found is mended, so that it is told once.
#include "check/digest.hpp"
#include "check/fills.hpp"
#include "check/objects.hpp"
#include "check/shadow.hpp"

namespace tarn::check {
namespace {

using object::Slab;
using object::State;

// Where somebody never stops writing, a sweep ends all the same.
constexpr std::size_t most_told = 1000;

// Bytes between two objects, one of which may be missing.
struct Gap {
  std::byte* begin;
  std::byte* end;
  SlotRecord* below;
  SlotRecord* above;
};

Gap gap_behind(const State& state, SlabRecords& records,
               SlotRecord& slot) noexcept {
  const Objects& pool = Objects::of(state);
  std::byte* const begin = slot.object + pool.size;
  if (&slot != records.slots() + records.count - 1)
    return {begin, (&slot + 1)->object, &slot, &slot + 1};
  const Slab& slab = Slab::of(slot.object, state.slab_size);
  std::byte* const end = pool.is_paged ? records.slab.memory + records.slab_size
                                       : slot.object + slab.stride - pool.front;
  return {begin, end, &slot, nullptr};
}

Gap gap_before(const State& state, SlabRecords& records,
               SlotRecord& slot) noexcept {
  if (&slot != records.slots())
    return gap_behind(state, records, *(&slot - 1));
  return {slot.object - Objects::of(state).front, slot.object, nullptr, &slot};
}

// A change belongs to the object that it is nearer to.
bool is_overflow(const Gap& gap, const Change& change) noexcept {
  return gap.below != nullptr &&
         (gap.above == nullptr ||
          change.first - gap.begin <= gap.end - 1 - change.last);
}

Change change_in(const Gap& gap) noexcept {
  return find_change(gap.begin, static_cast<std::size_t>(gap.end - gap.begin),
                     redzone_fill);
}

bool find_in(SlabRecords& records, const Gap& gap, Telling& telling) noexcept {
  const Change change = change_in(gap);
  if (!change) [[likely]]
    return false;
  const bool is_behind = is_overflow(gap, change);
  const SlotRecord& slot = is_behind ? *gap.below : *gap.above;
  Finding& finding = telling.finding;
  finding.fault = is_behind ? Fault::overflow : Fault::underflow;
  finding.line << (is_behind ? "overflow: " : "underflow: ")
               << std::uint64_t{change.size()}
               << (change.size() == 1 ? " byte" : " bytes") << " changed "
               << (is_behind ? "behind " : "before ") << base::Hex{slot.object};
  write_place(finding.line, records.object_size, records.pool);
  finding.damage = change.first;
  finding.damaged = change.size();
  telling.add(records, slot);
  return true;
}

void mend(const Gap& gap) noexcept {
  fill(gap.begin, static_cast<std::size_t>(gap.end - gap.begin), redzone_fill);
}

// Of an object that nobody has what should be there; none: it may be anything.
struct Wanted {
  bool is_filled = false;
  bool has_digest = false;
  std::byte with{};
};

Wanted wanted_of(const Objects& pool, BlockUse was) noexcept {
  switch (was) {
    case BlockUse::fresh:
      return {true, false, fresh_fill};
    case BlockUse::quarantined:
    case BlockUse::free:
      return {!pool.keeps_state, pool.keeps_state, freed_fill};
    case BlockUse::live:
      break;
  }
  return {};
}

bool is_as_wanted(const Objects& pool, const SlotRecord& slot,
                  BlockUse was) noexcept {
  const Wanted wanted = wanted_of(pool, was);
  if (wanted.has_digest)
    return digest_of(slot.object, pool.size) == slot.digest;
  return !wanted.is_filled || !find_change(slot.object, pool.size, wanted.with);
}

void write_late(Telling& telling, SlabRecords& records, const SlotRecord& slot,
                BlockUse was, const Change& change) noexcept {
  Finding& finding = telling.finding;
  finding.fault = Fault::use_after_free;
  finding.line << (was == BlockUse::fresh ? "write before use: "
                                          : "write after free: ");
  if (change) {
    finding.line << "byte " << std::uint64_t(change.first - slot.object)
                 << " of ";
    finding.damage = change.first;
    finding.damaged = change.size();
  }
  finding.line << base::Hex{slot.object};
  write_place(finding.line, records.object_size, records.pool);
  finding.line << " changed";
  telling.add(records, slot);
}

// The same in an object, which is mended.
bool find_late(const State& state, SlabRecords& records, SlotRecord& slot,
               BlockUse was, Telling& telling) noexcept {
  const Objects& pool = Objects::of(state);
  const Wanted wanted = wanted_of(pool, was);
  if (wanted.is_filled) {
    const Change change = find_change(slot.object, pool.size, wanted.with);
    if (!change) [[likely]]
      return false;
    write_late(telling, records, slot, was, change);
    fill(slot.object, pool.size, wanted.with);
    return true;
  }
  if (!wanted.has_digest)
    return false;
  const std::uint64_t digest = digest_of(slot.object, pool.size);
  if (digest == slot.digest) [[likely]]
    return false;
  write_late(telling, records, slot, was, {});
  slot.digest = digest;
  return true;
}

bool find_beside(SlabRecords& records, const Gap& gap,
                 Telling& telling) noexcept {
  if (!find_in(records, gap, telling))
    return false;
  mend(gap);
  return true;
}

// What is told is large, and made where there is something to tell.
[[gnu::noinline]] std::size_t tell_beside(SlabRecords& records,
                                          const Gap& gap) noexcept {
  Telling telling{Fault::corrupted};
  if (!find_beside(records, gap, telling))
    return 0;
  report(telling.finding);
  return 1;
}

[[gnu::noinline]] std::size_t tell_late(const State& state,
                                        SlabRecords& records, SlotRecord& slot,
                                        BlockUse was) noexcept {
  Telling telling{Fault::corrupted};
  if (!find_late(state, records, slot, was, telling))
    return 0;
  report(telling.finding);
  return 1;
}

struct Search {
  State* state = nullptr;
  Telling telling{Fault::corrupted};
  bool has_found = false;
};

// One that others construct in is not known to be.
bool is_still(const Objects& pool, const SlotRecord& slot) noexcept {
  return !slot.is_closing &&
         (use_of(slot) != BlockUse::fresh || !pool.constructs);
}

// Or about to be.
bool is_hidden(const Objects& pool, const SlotRecord& slot) noexcept {
  return pool.is_paged && (slot.is_closing ||
                           slot.hidden_at.load(std::memory_order_acquire) != 0);
}

bool find_in_slab(Slab& slab, void* with) noexcept {
  Search& search = *static_cast<Search*>(with);
  const State& state = *search.state;
  SlabRecords& records = records_of(slab);
  search.has_found =
      !is_hidden(Objects::of(state), *records.slots()) &&
      find_beside(records, gap_before(state, records, *records.slots()),
                  search.telling);
  for (std::uint32_t i = 0; i < records.count && !search.has_found; ++i) {
    SlotRecord& slot = records.slots()[i];
    if (is_hidden(Objects::of(state), slot))
      continue;
    search.has_found =
        find_beside(records, gap_behind(state, records, slot),
                    search.telling) ||
        (is_still(Objects::of(state), slot) &&
         find_late(state, records, slot, use_of(slot), search.telling));
  }
  return !search.has_found;
}

void find_in_pool(State& state, Search& search) noexcept {
  search.state = &state;
  const base::Locked locked{state.lock};
  state.slabs.for_each(find_in_slab, &search);
}

void find_in_next(State& state, void* with) noexcept {
  Search& search = *static_cast<Search*>(with);
  if (!search.has_found && state.checks != nullptr)
    find_in_pool(state, search);
}

}  // namespace

std::size_t look_at(State& state, SlotRecord& slot, BlockUse was) noexcept {
  if (follows_sanitizer())
    return 0;
  SlabRecords& records = home_of(state, slot);
  std::size_t told = 0;
  for (const Gap& gap :
       {gap_before(state, records, slot), gap_behind(state, records, slot)})
    if (change_in(gap)) [[unlikely]]
      told += tell_beside(records, gap);
  if (is_as_wanted(Objects::of(state), slot, was)) [[likely]]
    return told;
  return told + tell_late(state, records, slot, was);
}

std::size_t sweep_objects() noexcept {
  if (follows_sanitizer())
    return 0;
  std::size_t told = 0;
  for (; told < most_told; ++told) {
    Search search;
    State::for_each(find_in_next, &search);
    if (!search.has_found)
      break;
    report(search.telling.finding);
  }
  return told;
}

std::size_t look_at_all(State& state) noexcept {
  if (follows_sanitizer())
    return 0;
  std::size_t told = 0;
  for (; told < most_told; ++told) {
    Search search;
    find_in_pool(state, search);
    if (!search.has_found)
      break;
    report(search.telling.finding);
  }
  return told;
}

}  // namespace tarn::check
