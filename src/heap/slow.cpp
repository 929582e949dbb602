// Blocks that the bins could not serve or take, and pointers that are none.
#include "heap/slow.hpp"

#include "tarn/heap.hpp"

#include "port/fault.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

FreeSlot* pop(Bin& bin) noexcept {
  FreeSlot* const slot = bin.head;
  bin.head = slot->next;
  slot->key = 0;
  bin.room += one_allocation + 1;
  return slot;
}

void* allocate_of_class(unsigned size_class) noexcept {
  ThreadHeap* const heap = enter();
  if (heap == nullptr)
    return nullptr;
  Bin& bin = heap->bins[size_class];
  if (bin.head == nullptr && !refill(*heap, size_class)) [[unlikely]]
    return nullptr;
  FreeSlot* const slot = pop(bin);
  if (static_cast<std::int32_t>(bin.room) < 0) [[unlikely]]
    return allocated_at_last(slot, bin);
  return slot;
}

// The smallest class all of whose slots lie at multiples of `align`.
unsigned aligned_class(std::size_t size, std::size_t align) noexcept {
  unsigned size_class = class_of(size);
  while (size_class < classes && size_of(size_class) % align != 0)
    ++size_class;
  return size_class;
}

// A block of a slab, which may be anybody's.
void deallocate_small(void* p, Slab& slab, HeapId tagged) noexcept {
  auto* const slot = static_cast<FreeSlot*>(p);
  const auto offset =
      static_cast<std::size_t>(static_cast<std::byte*>(p) - slab.memory);
  if (const std::size_t inside = offset % slab.slot_size; inside != 0)
    report_interior(p, static_cast<std::byte*>(p) - inside, slab.slot_size);
  ThreadHeap* const heap = enter();
  const std::uintptr_t key = heap != nullptr ? heap->key : 0;
  if (key != 0 && slot->key == key)
    report_double_free(p);
  slot->key = key;
  if (heap == nullptr)
    return post(slab, {slot, slot, 1});
  const HeapId owner = slab.owner.load(relaxed);
  if (owner == heap->id ||
      (owner == 0 && tagged == heap->id && take_back(*heap, slab)))
    put_back(*heap, slab, slot);
  else
    send(*heap, slab, slot);
}

}  // namespace

void* allocate_slow(std::size_t size) noexcept {
  if (size > largest_small)
    return allocate_large(size, max_align);
  return allocate_of_class(class_of(size));
}

void deallocate_slow(void* p) noexcept {
  if (p == nullptr)
    return;
  const span::Reservation* const home = span::the_space.find(p);
  if (home == nullptr)
    report_foreign(p, "it is not tarn's");
  const span::Descriptor word = home->descriptor(home->index_of(p));
  if (word.is_free())
    report_foreign(p, "nothing is there");
  if (word.is(span::Use::large))
    return deallocate_large(p);
  const unsigned size_class = word.size_class();
  if (size_class == 0 || size_class >= classes)
    report_foreign(p, "another pool has it");
  deallocate_small(p, slab_of(p), word.owner());
}

void* allocated_at_last(void* block, Bin& bin) noexcept {
  bin.room &= room_mask;
  run_duties(*own_heap);
  return block;
}

}  // namespace tarn::heap

namespace tarn {
inline namespace v1 {

using namespace tarn::heap;

void* Heap::allocate(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align)) [[unlikely]]
    port::report_bad_alignment(align);
  if (align <= max_align)
    return allocate(size);
  if (size <= largest_small && align <= largest_small) {
    const unsigned size_class = aligned_class(size, align);
    if (size_class < classes)
      return allocate_of_class(size_class);
  }
  return allocate_large(size, align);
}

void* Heap::allocate_zeroed(std::size_t size, std::size_t align) noexcept {
  void* const block = allocate(size, align);
  if (block == nullptr)
    return nullptr;
  if (usable_size(block) > largest_small)
    clear_large(block);
  else
    __builtin_memset(block, 0, size);
  return block;
}

void Heap::deallocate(void* p, std::size_t) noexcept {
  deallocate(p);
}

std::size_t Heap::usable_size(const void* p) const noexcept {
  if (p == nullptr)
    return 0;
  const span::Reservation* const home = span::the_space.find(p);
  if (home == nullptr)
    report_foreign(p, "it is not tarn's");
  const span::Descriptor word = home->descriptor(home->index_of(p));
  if (word.is(span::Use::large))
    return large_size(p);
  const unsigned size_class = word.size_class();
  if (size_class == 0 || size_class >= classes)
    report_foreign(p,
                   word.is_free() ? "nothing is there" : "another pool has it");
  return size_of(size_class);
}

bool Heap::try_expand(void* p, std::size_t size) noexcept {
  const std::size_t usable = usable_size(p);
  return size <= usable || (usable > largest_small && resize_large(p, size));
}

void* Heap::reallocate(void* p, std::size_t size) noexcept {
  if (p == nullptr)
    return allocate(size);
  const std::size_t usable = usable_size(p);
  const bool is_large = usable > largest_small;
  if (size <= usable && size >= usable / 2)
    return p;
  if (is_large && size > largest_small && resize_large(p, size))
    return p;
  void* const block = allocate(size);
  if (block == nullptr)
    return size <= usable ? p : nullptr;
  __builtin_memcpy(block, p, size < usable ? size : usable);
  deallocate(p);
  return block;
}

}  // namespace v1
}  // namespace tarn
