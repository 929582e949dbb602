// Many blocks at a time: what a call costs beside its block is paid once.
#include "tarn/heap.hpp"

#include "heap/slow.hpp"

namespace tarn {
inline namespace v1 {

using namespace tarn::heap;

namespace {

// As many as the bin has, at most `n`.
std::size_t take(Bin& bin, std::size_t n, void** out) noexcept {
  FreeSlot* slot = bin.head;
  std::size_t taken = 0;
  for (; slot != nullptr && taken < n; slot = slot->next) {
    slot->key = 0;
    out[taken++] = slot;
  }
  bin.head = slot;
  bin.room += static_cast<std::uint32_t>(taken);
  return taken;
}

}  // namespace

std::size_t Heap::allocate_many(std::size_t size, std::size_t n,
                                void** out) noexcept {
  std::size_t count = 0;
  const Visit visit;
  ThreadHeap* const heap =
      place_ != no_place && size <= largest_small ? enter(*domain_) : nullptr;
  if (heap == nullptr) {
    while (count < n && (out[count] = allocate(size)) != nullptr)
      ++count;
    return count;
  }
  const unsigned size_class = class_of(size);
  Bin& bin = heap->bins[size_class];
  while (count < n && (bin.head != nullptr || refill(*heap, size_class)))
    count += take(bin, n - count, out + count);
  bin.room += one_allocation;
  if (static_cast<std::int32_t>(bin.room) < 0)
    static_cast<void>(allocated_at_last(nullptr, *heap, bin));
  return count;
}

void Heap::deallocate_many(void* const* blocks, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    deallocate(blocks[i]);
}

}  // namespace v1
}  // namespace tarn
