// fixed_fragments.hpp - a heap of fragments in one buffer: what half_fit,
// two_level, first_fit, next_fit and best_fit have in common.
//
//     [ lists | cell 0 | fragment | fragment | ... | end ]
//
// Fragments fill the buffer; each knows its size and where the one below it
// begins, two words of 32 bits on every machine. Free neighbours are one
// fragment always. Cell 0 and the end count as in use, so that no neighbour is
// ever missing.
//
// Cost     bounded; see the fit.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_buffers.hpp"
#include "tarn/detail/fixed_order.hpp"

#include <span>

namespace tarn {
inline namespace v1 {

namespace detail {

template <class Index>
class FragmentHeap : public FixedBuffers<FragmentHeap<Index>> {
 public:
  constexpr FragmentHeap() noexcept = default;

  /// False: there is no room for a block, and the heap stays without memory.
  bool begin(std::span<std::byte> buffer) noexcept;
  [[nodiscard]] bool has_begun() const noexcept { return cells_ != nullptr; }

  /// Another buffer, which is asked when this one has nothing.
  bool add(std::span<std::byte> buffer) noexcept;

  [[nodiscard]] void* allocate(std::size_t size) noexcept;
  /// Requires: nothing of `align`, which is looked at.
  [[nodiscard]] void* allocate_aligned(std::size_t size,
                                       std::size_t align) noexcept;
  void deallocate(void* p) noexcept;
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept;
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept;
  /// Bytes of this buffer that blocks can have.
  [[nodiscard]] std::size_t own_size() const noexcept {
    return count() * cell_size;
  }
  [[nodiscard]] bool check() const noexcept;
  /// `look`, if there is one, must say so of the blocks among them as well.
  [[nodiscard]] bool check_step(std::size_t blocks,
                                BlockLook look = nullptr) noexcept;

  /// Whether `look` says so of all blocks in use. Requires: check().
  [[nodiscard]] bool look_at_all(BlockLook look) const noexcept;

 private:
  using Buffers = FixedBuffers<FragmentHeap>;
  using Marks = typename Index::Marks;
  friend Buffers;
  using Buffers::count_request;
  using Buffers::other_;
  using Buffers::peak_;
  using Buffers::refuse;
  using Buffers::refuse_pointer;
  using Buffers::used_;

  // The fragment in use whose block `p` is, or 0.
  [[nodiscard]] std::uint32_t fragment_of(const void* p) const noexcept;
  // Whether `p` points into this buffer's fragments.
  [[nodiscard]] bool is_here(const void* p) const noexcept;
  // Whether neighbours agree on where a fragment begins and ends.
  [[nodiscard]] bool is_framed(std::uint32_t fragment) const noexcept;
  [[nodiscard]] bool is_sound(std::uint32_t fragment) const noexcept;

  // Whether its list agrees on where a free fragment is in it.
  [[nodiscard]] bool is_linked(std::uint32_t fragment) const noexcept;
  [[nodiscard]] bool are_lists_sound(std::uint32_t free_ones) const noexcept;

  [[nodiscard]] std::uint32_t take(std::byte* cells, std::uint32_t size,
                                   Marks& marks) noexcept;
  void insert(std::byte* cells, std::uint32_t fragment, std::uint32_t size,
              Marks& marks) noexcept;
  void remove(std::byte* cells, std::uint32_t fragment, std::uint32_t size,
              Marks& marks) noexcept;
  void pop(std::byte* cells, std::uint32_t list, std::uint32_t next,
           Marks& marks) noexcept;
  void cut(std::byte* cells, std::uint32_t fragment, std::uint32_t size,
           std::uint32_t rest, Marks& marks) noexcept;
  [[nodiscard]] std::size_t largest_here() const noexcept;
  // Whether so many are free, be it in pieces.
  [[nodiscard]] bool has_bytes(std::size_t size) const noexcept;
  [[nodiscard]] std::uintptr_t first_block() const noexcept {
    return address_of(cells_) + offsetof(Fragment, next);
  }
  [[nodiscard]] std::uint32_t count() const noexcept {
    return has_begun() ? end_ - 1 : 0;
  }

  [[nodiscard]] bool look_at(std::uint32_t fragment,
                             BlockLook look) const noexcept;
  void report_damage(std::uint32_t fragment) const noexcept;
  void report_pointer(const void* p) const noexcept;

  std::byte* cells_ = nullptr;   // number 0, less a word
  std::uint32_t end_ = 0;        // the cell behind the last fragment
  std::uint32_t looked_at_ = 0;  // by check_step: a fragment, or none
  Index index_;
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
