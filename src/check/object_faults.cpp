// What is said of the objects of a checked pool.
#include "tarn/describe.hpp"

#include "check/distance.hpp"
#include "check/objects.hpp"
#include "os/memory.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

using object::Slab;
using object::State;

bool is_live(const SlotRecord& slot) noexcept {
  return use_of(slot) == BlockUse::live;
}

Neighbour copy_of(const SlotRecord& slot, Record& record) noexcept {
  record = slot.record;
  return {slot.object, record.size, &record};
}

void write_owner(base::Line& line, const Description& found) noexcept {
  line << port::noun_of(found.pool) << " '" << found.name << "'";
}

// The owner's name as its slabs know it.
void write_pool_of(base::Line& line, const Slab& slab) noexcept {
  line << port::noun_of(PoolKind::object_pool) << " '"
       << port::pool_name(State::of(*slab.pool).id) << "'";
}

// Of an upstream of the program's the page map knows nothing.
bool is_slab(const State& state, const Slab& slab) noexcept {
  return is_readable_slab(state, slab) && slab.self == &slab;
}

void write_stray(base::Line& line, const State& state, const void* p,
                 PoolNumber into) noexcept {
  const Slab& slab = Slab::of(p, state.slab_size);
  const Description found = describe(p);
  line << "free of " << base::Hex{p};
  const bool has_slab = is_slab(state, slab);
  if (!has_slab && found.pool == PoolKind::region) {
    line << ": a block of ";
    write_owner(line, found);
    line << " dies with its region";
    return;
  }
  if (!has_slab &&
      (found.pool == PoolKind::none || found.pool == PoolKind::tool)) {
    line << ": not memory of any pool";
    return;
  }
  line << " into ";
  write_pool(line, into);
  line << ": it ";
  if (found.pool == PoolKind::object_pool && found.kind == AddressKind::free) {
    line << "lay in a slab of ";
    write_owner(line, found);
    line << " that went back";
    return;
  }
  if (has_slab && slab.pool == &state.pool) {
    line << "lies outside of its objects";
    return;
  }
  line << "belongs to ";
  if (has_slab)
    write_pool_of(line, slab);
  else if (found.pool == PoolKind::heap && found.id == 0)
    line << "the heap";
  else
    write_owner(line, found);
}

}  // namespace

void Telling::add(SlabRecords& records, const SlotRecord& slot) noexcept {
  finding.place = slot.object;
  finding.pool = records.pool;
  finding.block = copy_of(slot, block);
  const SlotRecord* const first = records.slots();
  for (const SlotRecord* it = &slot; it-- != first;)
    if (is_live(*it)) {
      finding.below = copy_of(*it, below);
      break;
    }
  for (const SlotRecord* it = &slot + 1; it != first + records.count; ++it)
    if (is_live(*it)) {
      finding.above = copy_of(*it, above);
      break;
    }
}

bool is_readable_slab(const State& state, const Slab& slab) noexcept {
  const Description found = describe(&slab);
  if (found.kind == AddressKind::free || found.kind == AddressKind::unused ||
      found.kind == AddressKind::metadata ||
      (found.kind == AddressKind::foreign && state.upstream == nullptr))
    return false;
  return found.pool == PoolKind::object_pool ||
         (os::is_readable(&slab.pool) && os::is_readable(&slab.self));
}

void write_place(base::Line& line, std::size_t size, PoolNumber pool) noexcept {
  line << " (" << std::uint64_t{size} << " bytes, ";
  write_pool(line, pool);
  line << ")";
}

void tell_double_free(State& state, const SlotRecord& slot,
                      const Record& before) noexcept {
  const Objects& pool = Objects::of(state);
  Telling telling{Fault::double_free};
  telling.add(home_of(state, slot), slot);
  telling.block = before;
  base::Line& line = telling.finding.line;
  const bool is_fresh = before.use == static_cast<unsigned>(BlockUse::fresh);
  line << (is_fresh ? "free of " : "double free of ") << base::Hex{slot.object}
       << ": " << std::uint64_t{pool.size} << "-byte slot of ";
  write_pool(line, pool.number);
  if (is_fresh)
    line << " that was never given out";
  report(telling.finding);
}

void tell_inside(State& state, const SlotRecord& slot, const void* p) noexcept {
  const Objects& pool = Objects::of(state);
  const auto offset = detail::bytes_between(slot.object, p);
  const bool is_behind = offset >= pool.size;
  Telling telling{Fault::wrong_pool};
  telling.add(home_of(state, slot), slot);
  base::Line& line = telling.finding.line;
  line << "free of " << base::Hex{p} << ": "
       << (is_behind ? Distance{Side::behind, offset - pool.size}
                     : Distance{Side::into, offset})
       << "a " << std::uint64_t{pool.size} << "-byte slot of ";
  write_pool(line, pool.number);
  report(telling.finding);
}

void tell_stray(State& state, const void* p) noexcept {
  const PoolNumber into = Objects::of(state).number;
  Finding finding{Fault::wrong_pool};
  write_stray(finding.line, state, p, into);
  finding.place = static_cast<const std::byte*>(p);
  finding.pool = into;
  report(finding);
}

namespace {

// The first few that are in use, wherever they lie.
struct InUse {
  Telling& telling;
  unsigned count = 0;
};

bool add_in_use(Slab& slab, void* with) noexcept {
  InUse& found = *static_cast<InUse*>(with);
  Telling& telling = found.telling;
  SlabRecords& records = records_of(slab);
  for (std::uint32_t i = 0; i < records.count; ++i) {
    const SlotRecord& slot = records.slots()[i];
    if (!is_live(slot))
      continue;
    switch (found.count++) {
      case 0:
        telling.finding.block = copy_of(slot, telling.block);
        break;
      case 1:
        telling.finding.below = copy_of(slot, telling.below);
        break;
      default:
        telling.finding.above = copy_of(slot, telling.above);
        return false;
    }
  }
  return true;
}

}  // namespace

void tell_in_use(State& state, std::size_t in_use) noexcept {
  Telling telling{Fault::ended_in_use};
  Finding& finding = telling.finding;
  finding.pool = Objects::of(state).number;
  write_pool(finding.line, finding.pool);
  finding.line << " ended with " << std::uint64_t{in_use} << " objects in use";
  InUse found{telling};
  {
    const base::Locked locked{state.lock};
    state.slabs.for_each(add_in_use, &found);
  }
  report(finding);
}

}  // namespace tarn::check
