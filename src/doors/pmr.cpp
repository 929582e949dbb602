// Translates std::pmr's calls. The resource is constructed in the header of one
// of the region's chunks, where it stays at resets and moves with merges.
#include "tarn/pmr.hpp"

#include "region/records.hpp"

#include <new>

namespace tarn {
inline namespace v1 {

RegionResource* Region::resource() {
  static_assert(sizeof(RegionResource) <=
                sizeof(detail::RegionChunk::resource));
  if (!prepare_resource())
    throw std::bad_alloc{};
  detail::RegionChunk& chunk = *resource_chunk_;
  void* const place = chunk.resource;
  // Its first word, the table of virtual functions, is zero until it is made.
  if (chunk.resource[0] == nullptr)
    return ::new (place) RegionResource{&chunk.resource_region};
  return std::launder(static_cast<RegionResource*>(place));
}

void* RegionResource::do_allocate(std::size_t size, std::size_t align) {
  void* const block = region().allocate_or_recycle(size, align);
  if (block == nullptr)
    throw std::bad_alloc{};
  return block;
}

void RegionResource::do_deallocate(void* p, std::size_t size, std::size_t) {
  region().deallocate(p, size);
}

bool RegionResource::do_is_equal(const memory_resource& other) const noexcept {
  return this == &other;
}

}  // namespace v1
}  // namespace tarn
