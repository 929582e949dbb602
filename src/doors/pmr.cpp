// Translates std::pmr's calls. The resource is constructed in the header of one
// of the region's chunks, where it stays at resets and moves with merges.
#include "tarn/pmr.hpp"

#include "region/records.hpp"

#include <new>

namespace tarn {
inline namespace v1 {

RegionResource* Region::resource() {
  static_assert(sizeof(RegionResource) == sizeof(detail::ResourcePlace));
  if (!prepare_resource())
    throw std::bad_alloc{};
  detail::ResourcePlace& place = resource_chunk_->resource;
  if (place.table == nullptr)
    return ::new (&place) RegionResource{*this};
  return std::launder(reinterpret_cast<RegionResource*>(&place));
}

namespace {

[[gnu::noinline]] void* allocate_or_throw(Region& region, std::size_t size,
                                          std::size_t align) {
  void* const block = region.allocate(size, align);
  if (block == nullptr)
    throw std::bad_alloc{};
  return block;
}

}  // namespace

// As Region::allocate, without asking whether the alignment is a power of two:
// std::pmr promises it.
void* RegionResource::do_allocate(std::size_t size, std::size_t align) {
  Region& region = *region_;
  std::byte* const block = detail::align_up(region.next_, align);
  if (align <= max_align && region.fits(block, size)) [[likely]] {
    region.next_ = block + size;
    return block;
  }
  return allocate_or_throw(region, size, align);
}

void RegionResource::do_deallocate(void* p, std::size_t size, std::size_t) {
  region_->deallocate(p, size);
}

bool RegionResource::do_is_equal(const memory_resource& other) const noexcept {
  return this == &other;
}

}  // namespace v1
}  // namespace tarn
