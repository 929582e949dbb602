// Many blocks at a time: what a call costs beside its block is paid once.
#include "tarn/heap.hpp"

#include "heap/checked.hpp"
#include "heap/slow.hpp"

namespace tarn {
inline namespace v1 {

using namespace tarn::heap;

namespace {

// As many as the bin has, but for its last one; at most `n`.
std::size_t take(const ThreadHeap& heap, Bin& bin, std::size_t n,
                 void** out) noexcept {
  std::size_t taken = 0;
  while (taken < n && bin.head->next != nullptr) {
    if (!is_free(*bin.head, heap.key))
      report_double_free(*heap.domain, bin.head);
    out[taken++] = bin.pop();
  }
  return taken;
}

}  // namespace

std::size_t Heap::allocate_many(std::size_t size, std::size_t n,
                                void** out) noexcept {
  std::size_t count = 0;
  const Visit visit;
  ThreadHeap* const heap = domain_->place != no_place && size <= largest_small
                               ? enter_unchecked(*domain_)
                               : nullptr;
  if (heap == nullptr) {
    while (count < n && (out[count] = allocate(size)) != nullptr)
      ++count;
    return count;
  }
  const unsigned size_class = class_of(size);
  Bin& bin = heap->bins[size_class];
  while (count < n) {
    count += take(*heap, bin, n - count, out + count);
    if (count == n)
      break;
    out[count] = allocate_of_class(*domain_, size_class);
    if (out[count] == nullptr)
      break;
    ++count;
  }
  return count;
}

void Heap::deallocate_many(void* const* blocks, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    deallocate(blocks[i]);
}

}  // namespace v1
}  // namespace tarn
