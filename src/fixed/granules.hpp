// granules.hpp - what GranuleHeap does, for the files whose heaps it is the
// base of.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_bounds.hpp"
#include "tarn/detail/fixed_granules.hpp"

#include "fixed/buffers.hpp"
#include "port/fault.hpp"

#include <new>

namespace tarn {
inline namespace v1 {
namespace detail {

template <class Heap>
void* GranuleHeap<Heap>::allocate(std::size_t size) noexcept {
  if (size > most_bytes) [[unlikely]]
    return this->refuse(size, max_align);
  return self().take(size, max_align, order_of(size));
}

template <class Heap>
void* GranuleHeap<Heap>::allocate_aligned(std::size_t size,
                                          std::size_t align) noexcept {
  if (!is_pow2(align))
    port::report_bad_alignment(align);
  // A place of `align` bytes is what is asked for, and counts as the request.
  if (size < align)
    size = align;
  // Places are aligned from the first granule on, as far as that is aligned.
  if (size > most_bytes || (address_of(blocks_) & (align - 1)) != 0)
    return this->refuse(size, align);
  return self().take(size, align, order_of(size));
}

template <class Heap>
std::uint32_t GranuleHeap<Heap>::granules_in(
    std::span<std::byte> buffer) noexcept {
  std::byte* const first = align_up(buffer.data(), granule);
  const std::size_t gap = bytes_between(buffer.data(), first);
  if (buffer.data() == nullptr || buffer.size() < gap + granule)
    return 0;
  const std::size_t room = buffer.size() - gap;
  const std::size_t most = room / granule;
  auto granules =
      static_cast<std::uint32_t>(most < most_cells ? most : most_cells);
  // The book has a byte a granule at most, and a few for the last word.
  while (granules != 0 && buffer_with(granules) > room)
    granules -= (granules >> 6) + 1;
  while (granules != 0 && granules < most_cells &&
         buffer_with(granules + 1) <= room)
    ++granules;
  return granules;
}

template <class Heap>
std::byte* GranuleHeap<Heap>::begin_blocks(
    std::span<std::byte> buffer) noexcept {
  const std::uint32_t granules = granules_in(buffer);
  if (granules == 0)
    return nullptr;
  blocks_ = align_up(buffer.data(), granule);
  count_ = granules;
  return blocks_ + granules * granule;
}

template <class Heap>
bool GranuleHeap<Heap>::add(std::span<std::byte> buffer) noexcept {
  if (!has_begun())
    return self().begin(buffer);
  if (this->other_ != nullptr)
    return this->other_->add(buffer);
  // Behind the blocks, which keep the buffer's alignment.
  const std::uintptr_t end = address_of(buffer.data()) + buffer.size();
  const std::uintptr_t place =
      (end - sizeof(Heap)) & ~std::uintptr_t{alignof(Heap) - 1};
  if (buffer.data() == nullptr ||
      buffer.size() < sizeof(Heap) + alignof(Heap) ||
      place < address_of(buffer.data()))
    return false;
  // Nothing is written where it is too small.
  const auto rest = buffer.first(place - address_of(buffer.data()));
  if (granules_in(rest) == 0)
    return false;
  this->other_ = ::new (reinterpret_cast<void*>(place)) Heap{};
  return this->other_->begin(rest);
}

template <class Heap>
bool GranuleHeap<Heap>::is_here(const void* p) const noexcept {
  return address_of(p) - address_of(blocks_) < count_ * granule;
}

template <class Heap>
bool GranuleHeap<Heap>::has_bytes(std::size_t size) const noexcept {
  return size <= std::size_t{count_ - this->used_} * granule;
}

template <class Heap>
void GranuleHeap<Heap>::report_pointer(const void* p) const noexcept {
  if (!is_here(p))
    port::report(Fault::wrong_pool, port::Sentence::no_block, p);
  // The nearest block below that reaches so far.
  const std::size_t distance = address_of(p) - address_of(blocks_);
  for (std::size_t first = distance / granule + 1; first-- > 0;) {
    const std::byte* const place = blocks_ + first * granule;
    const std::size_t size = self().size_of(place);
    if (size == 0)
      continue;
    if (bytes_between(place, p) >= size)
      break;
    port::report(Fault::wrong_pool, port::Sentence::inside_block, p, place);
  }
  port::report(Fault::double_free, port::Sentence::free_block, p);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
