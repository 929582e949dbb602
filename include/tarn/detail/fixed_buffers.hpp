// fixed_buffers.hpp - what heaps over one buffer have in common, whatever their
// fit: what they count, and that another buffer is asked when one has nothing.
//
// Cost     linear in the buffers.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_index.hpp"
#include "tarn/detail/fixed_stats.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

/// Is told a block in use and the bytes it has room for.
using BlockLook = bool (*)(const void* block, std::size_t bytes) noexcept;

/// The base of `Heap`, a heap over one buffer that counts in cells.
template <class Heap>
class FixedBuffers {
 public:
  FixedBuffers(const FixedBuffers&) = delete;
  FixedBuffers& operator=(const FixedBuffers&) = delete;

  [[nodiscard]] bool owns(const void* p) const noexcept;
  [[nodiscard]] std::size_t largest_free() const noexcept;
  [[nodiscard]] FixedHeapStats stats() const noexcept;

 protected:
  constexpr FixedBuffers() noexcept = default;

  // A block of `cells` came to be, for `size` bytes; `used` are in use now.
  void count_request(std::uint32_t used, std::size_t size,
                     std::uint32_t cells) noexcept {
    used_ = used;
    if (used > peak_)
      peak_ = used;
    if (size > largest_request_)
      largest_request_ = static_cast<std::uint32_t>(size);
    if (~cells > not_smallest_)
      not_smallest_ = ~cells;
  }
  [[nodiscard]] void* refuse(std::size_t size, std::size_t align) noexcept;
  void refuse_pointer(void* p) noexcept;

  std::uint32_t used_ = 0;             // cells of blocks
  std::uint32_t peak_ = 0;             // cells
  std::uint32_t largest_request_ = 0;  // bytes
  std::uint32_t not_smallest_ = 0;     // ~cells of the smallest block ever
  std::uint32_t refusals_ = 0;
  std::uint32_t fragmented_ = 0;
  Heap* other_ = nullptr;  // in another buffer

 private:
  [[nodiscard]] const Heap& self() const noexcept {
    return static_cast<const Heap&>(*this);
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
