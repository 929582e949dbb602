// fixed_heap.hpp - a heap inside one buffer of yours, most often in bounded
// time.
//
// Blocks of any size, freed one by one, without an operating system. How it
// finds room is the Fit:
//
//     aligned_first_fit   the lowest place aligned to its own size: the least
//                memory that searches have needed, headless; time grows with
//                the logarithm of the buffer
//     buddy      halves of halves (Knowlton 1965): the least memory that is
//                proven to do, headless; time grows with the same logarithm
//     half_fit   powers of two (Ogasawara 1995): the fewest instructions
//     two_level  sixteenths of powers of two (TLSF 2004): little rounding
//     first_fit, next_fit, best_fit   what textbooks have: no rounding but to
//                16, and time that grows with the free places
//
// half_fit and two_level take constant time, whatever the buffer's size. None
// fails while a free place has the size that the request is rounded to. Which
// to choose is in docs/fixed.md; `static_assert(tarn::BoundedHeap<Heap>)` where
// the textbook's must not get in.
//
//     alignas(16) static std::byte buffer[20 * tarn::KiB];
//     tarn::FixedHeap<tarn::two_level> heap{buffer};
//     constinit tarn::FixedHeap<tarn::half_fit, 96 * tarn::KiB> at_start;
//
// Cost     8 bytes a block and the rounding; instructions in
//          docs/fixed-figures.md.
// Threads  confined, or as its Lock says.
// Failure  nullptr or false; nothing has changed but a count. Double, foreign
//          and interior frees are faults, and so is a header that somebody
//          wrote to where a call meets it (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_canary.hpp"
#include "tarn/detail/fixed_fits.hpp"
#include "tarn/detail/fixed_lock.hpp"
#include "tarn/detail/slots.hpp"

#include <bit>
#include <type_traits>

namespace tarn {
inline namespace v1 {

/// With a `Size` the memory is in the heap, which begins at its first use. With
/// `Canaries` an overflow of a block is a fault when the block is given back,
/// and false from check() and check_step(); 8 bytes a block.
template <class Fit = aligned_first_fit, std::size_t Size = at_run_time,
          class Lock = NoLock, class Canary = NoCanaries>
class FixedHeap {
 public:
  using Stats = FixedHeapStats;
  /// Whether the time of each call but check() has a bound: see BoundedHeap.
  static constexpr bool is_bounded = Fit::is_bounded;
  static constexpr bool has_canaries = Canary::bytes_per_block != 0;

  /// Without memory, unless `Size` gives it.
  constexpr FixedHeap() noexcept = default;

  /// Over `buffer`, which must outlive the heap; without memory where there is
  /// no room for a block.
  explicit FixedHeap(std::span<std::byte> buffer) noexcept
      requires(Size == at_run_time) {
    static_cast<void>(heap_.begin(buffer));
  }

  FixedHeap(const FixedHeap&) = delete;
  FixedHeap& operator=(const FixedHeap&) = delete;

  /// Has the heap use `buffer` as well, when those before have nothing; what
  /// takes time then is the number of buffers. False: it is too small.
  bool add_buffer(std::span<std::byte> buffer) noexcept {
    const detail::Holding holding{lock_};
    begin();
    return heap_.add(buffer);
  }

  /// A block; nullptr: ran out. Alignments above 16 search for `align` more
  /// bytes. Requires: `align` is a power of two.
  [[nodiscard]] void* allocate(std::size_t size,
                               std::size_t align = max_align) noexcept {
    const detail::Holding holding{lock_};
    begin();
    if (!detail::is_plain_alignment(align)) [[unlikely]]
      return heap_.allocate_aligned(size, align);
    return heap_.allocate(size);
  }

  /// Takes a block back. nullptr is none. Requires: `p` came from this heap and
  /// was not given back since.
  void deallocate(void* p) noexcept {
    const detail::Holding holding{lock_};
    heap_.deallocate(p);
  }

  /// The same, by who knows the size it asked for.
  void deallocate(void* p, std::size_t) noexcept { deallocate(p); }

  /// Whether the block has `size` bytes now, having grown where it lies if it
  /// had fewer. It never shrinks.
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept {
    const detail::Holding holding{lock_};
    return heap_.try_expand(p, size);
  }

  /// The block with `size` bytes, here or elsewhere, its bytes kept; nullptr:
  /// ran out, and the block is as it was. Linear in its size where it moves,
  /// and then it is aligned to 16.
  [[nodiscard]] void* reallocate(void* p, std::size_t size) noexcept {
    if (p == nullptr)
      return allocate(size);
    if (try_expand(p, size))
      return p;
    void* const moved = allocate(size);
    if (moved == nullptr)
      return nullptr;
    __builtin_memcpy(moved, p, size_of(p));
    deallocate(p);
    return moved;
  }

  /// Whether `p` points into what blocks are made of.
  [[nodiscard]] bool owns(const void* p) const noexcept {
    const detail::Holding holding{lock_};
    return heap_.owns(p);
  }

  /// Bytes that may be used of a block, at least what was asked, and with
  /// canaries just that; 0: `p` is no block in use.
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept {
    const detail::Holding holding{lock_};
    return heap_.size_of(p);
  }

  /// The largest size that allocate would grant now; with canaries 0 also where
  /// only a block of size 0 has room. Linear in buffers, and in free places
  /// where the fit is not bounded.
  [[nodiscard]] std::size_t largest_free() noexcept {
    const detail::Holding holding{lock_};
    begin();
    return heap_.largest_free();
  }

  /// Linear in buffers. `headroom` is what the first buffer has above the bound
  /// for the most that lived and the largest request so far: not below 0 means
  /// that no order of the same calls can make the heap refuse.
  [[nodiscard]] Stats stats() noexcept {
    const detail::Holding holding{lock_};
    begin();
    Stats stats = heap_.stats();
    stats.headroom = static_cast<std::int64_t>(heap_.own_size()) -
                     static_cast<std::int64_t>(Fit::needed(stats));
    return stats;
  }

  /// True while every invariant holds. Linear in blocks.
  [[nodiscard]] bool check() const noexcept {
    const detail::Holding holding{lock_};
    return heap_.check();
  }

  /// Looks at `blocks` places of each buffer and next time at the next ones;
  /// false: somebody wrote into a header, or a canary. For a safety loop's idle
  /// time.
  [[nodiscard]] bool check_step(std::size_t blocks) noexcept {
    const detail::Holding holding{lock_};
    return heap_.check_step(blocks);
  }

  /// Bytes of a buffer, aligned to 16, that is never refused anything while at
  /// most `live` bytes are asked for at one time, by requests of `smallest` to
  /// `largest` bytes at the default alignment (detail/fixed_bounds.hpp). Does
  /// not compile above 2 GiB, which is the most of a heap.
  static consteval std::size_t required_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    detail::need_a_heap_of(largest);
    return Fit::required_bytes(with_canaries(live, smallest), largest + canary,
                               smallest + canary);
  }

  /// The same by a bound that is not proven but held by every exhaustive
  /// search so far, of those fits that have one: docs/fixed-figures.md says
  /// up to where.
  static consteval std::size_t expected_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    detail::need_a_heap_of(largest);
    return Fit::expected_bytes(with_canaries(live, smallest), largest + canary,
                               smallest + canary);
  }

 private:
  struct Nothing {};
  struct Memory {
    alignas(max_align) std::byte bytes[Fit::memory_for(Size) + 1]{};
  };
  static constexpr bool is_static = Size != at_run_time;
  static constexpr std::size_t canary = Canary::bytes_per_block;

  // What those ask of the fit who ask for `live` bytes in requests of
  // `smallest` at least: requests are as many at most, each with its canary.
  static consteval std::size_t with_canaries(std::size_t live,
                                             std::size_t smallest) noexcept {
    const std::uint64_t all =
        std::uint64_t{live} + std::uint64_t{live / smallest} * canary;
    detail::need_a_heap_of(all);
    return static_cast<std::size_t>(all);
  }

  void begin() noexcept {
    if constexpr (is_static)
      if (!heap_.has_begun()) [[unlikely]]
        static_cast<void>(
            heap_.begin(std::span{memory_.bytes}.first(Fit::memory_for(Size))));
  }

  typename Canary::template Over<typename Fit::Heap> heap_;
  [[no_unique_address]] mutable Lock lock_;
  [[no_unique_address]] std::conditional_t<is_static, Memory, Nothing> memory_;
};

}  // namespace v1
}  // namespace tarn
