#include "check/object_shadow.hpp"

#include "os/sanitizers.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using object::Slab;
using object::State;

// Of a pool that ended before them.
void end_live(SlabRecords& slab) noexcept {
  for (std::uint32_t i = 0; i < slab.count; ++i) {
    SlotRecord& slot = slab.slots()[i];
    if (use_of(slot) != BlockUse::live)
      continue;
    slot.record.use = static_cast<unsigned>(BlockUse::free);
    os::end_block(slot.object);
  }
}

// What one that waits points to is not lost.
bool show_kept_in(Slab& slab, void*) noexcept {
  SlabRecords& records = records_of(slab);
  for (std::uint32_t i = 0; i < records.count; ++i) {
    const SlotRecord& slot = records.slots()[i];
    if (slab.is_made(i) && use_of(slot) != BlockUse::live)
      os::unpoison(slot.object, records.object_size);
  }
  return true;
}

void show_kept_of(State& state, void*) noexcept {
  if (state.checks == nullptr || !Objects::of(state).keeps_state)
    return;
  const base::Locked locked{state.lock};
  state.slabs.for_each(show_kept_in, nullptr);
}

void show_kept() {
  const os::Unseen unseen;
  State::for_each(show_kept_of, nullptr);
}

}  // namespace

void began_in_shadow(const State& state) noexcept {
  os::make_written(reinterpret_cast<const std::byte*>(&state.pool),
                   sizeof state.pool);
  // Orders nothing.
  static constinit std::atomic<bool> is_first{true};
  if (is_first.exchange(false, std::memory_order_relaxed))
    os::before_leaks_are_looked_for(show_kept);
}

void lent_in_shadow(const SlabRecords& slab, std::size_t head) noexcept {
  os::take_over(slab.slab.memory, slab.slab.size);
  os::poison(slab.slab.memory + head, slab.slab.size - head);
}

void hide_records(SlabRecords& slab) noexcept {
  if (!os::has_memcheck())
    return;
  for (std::uint32_t i = 0; i < slab.count; ++i)
    os::poison(reinterpret_cast<std::byte*>(&slab.slots()[i].object),
               sizeof(std::byte*));
}

void show_records(SlabRecords& slab) noexcept {
  os::make_written(slab.own.memory, slab.own.size);
}

void open_in_shadow(SlabRecords& slab) noexcept {
  for (std::uint32_t i = 0; i < slab.count; ++i) {
    const SlotRecord& slot = slab.slots()[i];
    os::take_block_over(slot.object);
    os::unpoison(slot.object, slab.object_size);
  }
}

void close_in_shadow(SlabRecords& slab) noexcept {
  end_live(slab);
  os::end_of_use(slab.slab.memory, slab.slab.size);
  os::poison(slab.slab.memory, slab.slab.size);
}

void returned_in_shadow(SlabRecords& slab) noexcept {
  end_live(slab);
  os::unpoison(slab.slab.memory, slab.slab.size);
  os::make_written(slab.slab.memory, slab.slab.size);
  os::hand_over(slab.slab.memory, slab.slab.size);
}

void begin_in_shadow(const Objects& pool, const SlotRecord& slot,
                     bool is_written) noexcept {
  os::take_block_over(slot.object);
  os::begin_block(slot.object, pool.size, is_written);
}

void end_in_shadow(const Objects& pool, const SlotRecord& slot) noexcept {
  os::end_of_use(slot.object, pool.size);
  os::hand_block_over(slot.object);
  os::end_block(slot.object);
  os::poison(slot.object, pool.size);
}

}  // namespace tarn::check
