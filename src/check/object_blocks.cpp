// What objects hold, for those who look for pointers.
#include "check/live_blocks.hpp"
#include "check/object_samples.hpp"
#include "check/objects.hpp"
#include "os/sanitizers.hpp"

namespace tarn::check {
namespace {

using object::Slab;
using object::State;

struct Asked {
  LookAtBlock look;
  void* context;
  State* state = nullptr;
};

// What one that waits keeps, it keeps for its next use.
bool keeps(const Objects& pool, const Slab& slab, const SlotRecord& slot,
           std::uint32_t number) noexcept {
  return pool.keeps_state && !slot.is_closing && slab.is_made(number) &&
         use_of(slot) != BlockUse::fresh;
}

bool tell_blocks_in(Slab& slab, void* with) noexcept {
  const Asked& asked = *static_cast<const Asked*>(with);
  const Objects& pool = Objects::of(*asked.state);
  SlabRecords& records = records_of(slab);
  asked.look(asked.context, {records.slab.memory, records.slab_size,
                             records.pool, nullptr, true, true, false});
  for (std::uint32_t i = 0; i < records.count; ++i) {
    SlotRecord& slot = records.slots()[i];
    const bool is_live = use_of(slot) == BlockUse::live && !slot.is_closing;
    if (!is_live && !keeps(pool, slab, slot, i))
      continue;
    // Nobody takes it while the lock is held.
    if (!is_live)
      show(slot, records);
    asked.look(asked.context, {slot.object, pool.size, records.pool,
                               &slot.record, true, false, !is_live});
  }
  return true;
}

void tell_handle_of(State& state, void* with) noexcept {
  if (state.checks == nullptr)
    return;
  const Asked& asked = *static_cast<const Asked*>(with);
  tell_handle(asked.look, asked.context, &state.pool, sizeof state.pool,
              Objects::of(state).number);
}

void tell_blocks_of(State& state, void* with) noexcept {
  if (state.checks == nullptr && !state.is_sampled())
    return;
  Asked& asked = *static_cast<Asked*>(with);
  asked.state = &state;
  const base::Locked locked{state.lock};
  if (state.is_sampled())
    return tell_drawn_objects(state, asked.look, asked.context);
  state.slabs.for_each(tell_blocks_in, with);
}

struct Visitor {
  void (*visit)(void* with, std::byte* object, const Record& record);
  void* with;
};

bool visit_slab(Slab& slab, void* with) noexcept {
  const Visitor& visitor = *static_cast<const Visitor*>(with);
  SlabRecords& records = records_of(slab);
  for (std::uint32_t i = 0; i < records.count; ++i)
    if (const SlotRecord& slot = records.slots()[i];
        use_of(slot) == BlockUse::live && !slot.is_closing)
      visitor.visit(visitor.with, slot.object, slot.record);
  return true;
}

void visit_pool(State& state, void* with) noexcept {
  const Visitor& visitor = *static_cast<const Visitor*>(with);
  if (state.checks == nullptr && !state.is_sampled())
    return;
  const base::Locked locked{state.lock};
  if (state.is_sampled())
    return each_drawn_object(state, visitor.visit, visitor.with);
  state.slabs.for_each(visit_slab, with);
}

}  // namespace

void each_live_object(void (*visit)(void* with, std::byte* object,
                                    const Record& record),
                      void* with) noexcept {
  Visitor visitor{visit, with};
  State::for_each(visit_pool, &visitor);
}

void tell_object_handles(LookAtBlock look, void* context) noexcept {
  Asked asked{look, context};
  State::for_each(tell_handle_of, &asked);
}

void tell_object_blocks(LookAtBlock look, void* context) noexcept {
  const os::Unseen unseen;
  Asked asked{look, context};
  State::for_each(tell_blocks_of, &asked);
}

}  // namespace tarn::check
