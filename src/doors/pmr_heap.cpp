// Translates std::pmr's calls to a heap.
#include "tarn/pmr.hpp"

#include <new>

namespace tarn {
inline namespace v1 {

void* HeapResource::do_allocate(std::size_t size, std::size_t align) {
  void* const block =
      align <= max_align ? heap_->allocate(size) : heap_->allocate(size, align);
  if (block == nullptr)
    throw std::bad_alloc{};
  return block;
}

void HeapResource::do_deallocate(void* p, std::size_t size, std::size_t) {
  heap_->deallocate(p, size);
}

bool HeapResource::do_is_equal(const memory_resource& other) const noexcept {
  if (this == &other)
    return true;
  const auto* const same = dynamic_cast<const HeapResource*>(&other);
  return same != nullptr && same->heap_ == heap_;
}

}  // namespace v1
}  // namespace tarn
