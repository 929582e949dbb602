#include "tarn/describe.hpp"

#include "check/guarded_slots.hpp"
#include "check/heap.hpp"
#include "check/live_blocks.hpp"

namespace tarn::check {
namespace {

struct Looker {
  LookAtBlock look;
  void* context;
};

}  // namespace

void tell_heap_blocks(LookAtBlock look, void* context) noexcept {
  Looker looker{look, context};
  each_live_block(
      [](void* to, std::byte* block, const Record& record) noexcept {
        const Looker& with = *static_cast<const Looker*>(to);
        with.look(with.context,
                  {block, record.size, record.pool, &record, false});
      },
      &looker);
}

void describe_block(Description& found) noexcept {
  const std::byte* const p = found.start + found.offset;
  if (is_in_guarded_slots(p))
    return describe_guarded(found, p);
  const CheckSlab* const slab = slab_at(p);
  if (slab == nullptr || slab->slot_of(p) >= slab->slots)
    return;
  const unsigned slot = slab->slot_of(p);
  const Record& record = slab->records[slot];
  const auto use = static_cast<BlockUse>(record.use);
  found.state = use == BlockUse::live    ? BlockState::in_use
                : use == BlockUse::fresh ? BlockState::fresh
                                         : BlockState::free;
  found.start = slab->slot(slot);
  found.size = slab->stride;
  if (use == BlockUse::fresh) {
    found.offset = detail::bytes_between(found.start, p);
    return;
  }
  found.thread = record.allocated_on;
  const std::byte* const block = block_of(*slab, slot);
  if (detail::is_between(block, p, block + record.size) || p == block) {
    found.start = block;
    found.size = record.size;
  }
  found.offset = detail::bytes_between(found.start, p);
}

}  // namespace tarn::check
