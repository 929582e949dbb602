// space.hpp - all address space that the pools of this process live in.
//
// One reservation, a terabyte where the system lets us, and further ones when
// it is full. A granule has a number that is unique in all of them.
//
// Cost     that of a reservation; finding one by an address is a loop over at
//          most 16, and the first is nearly always the one.
// Threads  shared.
// Failure  null; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "span/reservation.hpp"

namespace tarn::span {

/// Milliseconds of the coarse clock, wrapping; only differences mean anything.
[[nodiscard]] std::uint32_t now_ms() noexcept;
/// The same in seconds, which do not wrap while anybody lives.
[[nodiscard]] std::uint32_t now_seconds() noexcept;

class Space {
 public:
  static constexpr unsigned most_reservations = 16;

  /// A granule's number: where it is, and never 0.
  using Number = std::uint32_t;

  /// `granules` in a row, entered into the page map.
  [[nodiscard]] std::byte* claim(std::size_t granules, Use use, unsigned extra,
                                 unsigned owner = 0) noexcept;

  /// The same at a multiple of `align`, a power of two above granule_size.
  [[nodiscard]] std::byte* claim_aligned(std::size_t granules,
                                         std::size_t align, Use use,
                                         unsigned extra) noexcept;

  void release(std::byte* memory, std::size_t granules) noexcept;

  /// Makes a run of `granules` one of `wanted` where it lies. False: what is
  /// behind it is not free, and nothing has changed.
  [[nodiscard]] bool resize(std::byte* memory, std::size_t granules,
                            std::size_t wanted, Use use,
                            unsigned extra) noexcept;

  /// Makes memory that the caller has just claimed read as zero; granules that
  /// have no pages are not touched.
  void clear(std::byte* memory, std::size_t granules) noexcept;

  /// The reservation that holds `p`, or null.
  [[nodiscard]] Reservation* find(const void* p) noexcept {
    const unsigned count = reservations();
    for (unsigned i = 0; i < count; ++i)
      if (reservations_[i].contains(p)) [[likely]]
        return &reservations_[i];
    return nullptr;
  }

  [[nodiscard]] unsigned reservations() const noexcept {
    return count_.load(std::memory_order_acquire);
  }
  [[nodiscard]] Reservation& reservation(unsigned i) noexcept {
    return reservations_[i];
  }

  [[nodiscard]] Number number_of(const void* p) noexcept;
  [[nodiscard]] std::byte* granule(Number number) noexcept {
    return reservations_[number >> number_bits].granule((number & mask) - 1);
  }
  [[nodiscard]] CutGranule& cut(Number number) noexcept {
    return reservations_[number >> number_bits].cut((number & mask) - 1);
  }

  /// The id of the first 4 KiB of a chunk that came from here.
  [[nodiscard]] std::atomic<std::uint32_t>& id_at(const void* chunk) noexcept;

  void lock_for_fork() noexcept TARN_UNCHECKED_LOCKS;
  void unlock_after_fork() noexcept TARN_UNCHECKED_LOCKS;

 private:
  // A terabyte has 2^24 granules; one more bit for the one that 0 takes.
  static constexpr unsigned number_bits = 25;
  static constexpr Number mask = (Number{1} << number_bits) - 1;

  std::byte* claim_charged(std::size_t granules, std::size_t kept) noexcept;
  std::byte* claim_any(std::size_t granules) noexcept;
  [[nodiscard]] bool has_unopened(std::size_t granules) const noexcept;
  bool grow(std::size_t granules) noexcept TARN_REQUIRES(lock_);

  Reservation reservations_[most_reservations];
  // Written under the lock when a reservation is complete: the release pairs
  // with the acquire of reservations().
  std::atomic<unsigned> count_{0};
  base::SpinLock lock_;
};

/// The one of this process. Without a destructor: pools may outlive exit.
extern constinit Space the_space;

/// So many more bytes of what is claimed are addresses alone, guards that hold
/// no memory; below 0: fewer. `held` of space_stats() leaves them out.
void count_addresses(std::ptrdiff_t bytes) noexcept;
[[nodiscard]] std::size_t mere_addresses() noexcept;

}  // namespace tarn::span
