#include "check/heap_shadow.hpp"

#include "os/sanitizers.hpp"
#include "span/space.hpp"

namespace tarn::check {
namespace {

std::size_t bytes_of(const CheckSlab& slab) noexcept {
  return slab.granules * span::granule_size;
}

}  // namespace

void lent_in_shadow(const CheckSlab& slab) noexcept {
  os::take_over(slab.memory, bytes_of(slab));
  os::poison(slab.memory, bytes_of(slab));
}

// Of a heap that ended some blocks may be in use yet.
void returned_in_shadow(const CheckSlab& slab) noexcept {
  for (unsigned i = 0; i < slab.slots; ++i) {
    os::take_block_over(slab.slot(i));
    if (is_live(slab.records[i]))
      os::end_block(block_of(slab, i));
  }
  os::unpoison(slab.memory, bytes_of(slab));
  os::make_written(slab.memory, bytes_of(slab));
  os::hand_over(slab.memory, bytes_of(slab));
}

void begin_in_shadow(const CheckSlab& slab, unsigned slot,
                     const port::BlockAsk& ask) noexcept {
  std::byte* const block = block_of(slab, slot);
  os::take_block_over(slab.slot(slot));
  os::begin_block(block, ask.size);
  if (ask.is_zeroed)
    __builtin_memset(block, 0, ask.size);
}

void end_in_shadow(const CheckSlab& slab, unsigned slot) noexcept {
  const Room room = room_of(slab, slot);
  os::end_of_use(room.block, room.size());
  os::hand_block_over(slab.slot(slot));
  os::end_block(room.block);
  os::poison(room.begin, room.all());
}

}  // namespace tarn::check
