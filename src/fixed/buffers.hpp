// buffers.hpp - what FixedBuffers does, for the files whose heaps it is the
// base of.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_buffers.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

template <class Heap>
bool FixedBuffers<Heap>::owns(const void* p) const noexcept {
  return self().is_here(p) || (other_ != nullptr && other_->owns(p));
}

template <class Heap>
std::size_t FixedBuffers<Heap>::largest_free() const noexcept {
  const std::size_t here = self().largest_here();
  const std::size_t there = other_ != nullptr ? other_->largest_free() : 0;
  return here < there ? there : here;
}

template <class Heap>
FixedHeapStats FixedBuffers<Heap>::stats() const noexcept {
  FixedHeapStats sum;
  std::uint32_t not_smallest = 0;
  for (const Heap* heap = &self(); heap != nullptr; heap = heap->other_) {
    sum.size += heap->own_size();
    sum.used += heap->used_ * cell_size;
    sum.peak += heap->peak_ * cell_size;
    if (heap->largest_request_ > sum.largest_request)
      sum.largest_request = heap->largest_request_;
    if (heap->not_smallest_ > not_smallest)
      not_smallest = heap->not_smallest_;
    sum.refusals = sum_of_counts(sum.refusals, heap->refusals_);
    sum.fragmented = sum_of_counts(sum.fragmented, heap->fragmented_);
  }
  if (not_smallest != 0)
    sum.smallest_block = ~not_smallest * cell_size;
  sum.largest_free = largest_free();
  return sum;
}

template <class Heap>
void* FixedBuffers<Heap>::refuse(std::size_t size, std::size_t align) noexcept {
  if (other_ != nullptr)
    return other_->allocate_aligned(size, align);
  refusals_ = sum_of_counts(refusals_, 1);
  if (self().has_bytes(size))
    fragmented_ = sum_of_counts(fragmented_, 1);
  return nullptr;
}

template <class Heap>
void FixedBuffers<Heap>::refuse_pointer(void* p) noexcept {
  if (p == nullptr)
    return;
  if (other_ != nullptr && !self().is_here(p))
    return other_->deallocate(p);
  self().report_pointer(p);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
