// fixed_marks.hpp - moments in memory that is given out by moving a pointer.
//
// A mark is a record of two words in the memory itself, so that there may be
// any number of them. Records know the one before; one that is no longer among
// them was ended, whatever lies in its place by now.
//
// Cost     mark: constant; rewind: linear in the marks that it ends.
// Threads  confined.
// Failure  a stale mark, or a record that was written to, is a fault. A stale
//          mark is told as long as fewer than 2^32 were made since.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <cstdint>
#include <new>

namespace tarn {
inline namespace v1 {
namespace detail {

struct BumpRecord {
  BumpRecord* older;
  std::uint32_t serial;
};

/// What a caller holds of a mark. Null: it ran out of memory.
struct BumpMark {
  BumpRecord* record = nullptr;
  std::uint32_t serial = 0;
};

/// Whose marks they are: what the line of a fault says.
enum class BumpPool : std::uint8_t { frames, ends };

/// The marks of memory that is given out from `base` on, up or down.
class BumpMarks {
 public:
  constexpr BumpMarks() noexcept = default;

  [[nodiscard]] BumpRecord* newest() const noexcept { return newest_; }

  /// A mark whose record is at `place`. Requires: that is behind all others.
  BumpMark enter(void* place) noexcept {
    newest_ = ::new (place) BumpRecord{newest_, ++serial_};
    return {newest_, serial_};
  }
  /// The newest one again. Requires: there is one.
  [[nodiscard]] BumpMark again() const noexcept {
    return {newest_, newest_->serial};
  }
  void forget() noexcept { newest_ = nullptr; }

  /// Ends those that are younger than `mark`.
  void rewind(BumpMark mark, const std::byte* base, BumpPool pool) noexcept;

  /// True while each record lies nearer to `base` than the one after it.
  [[nodiscard]] bool check(const std::byte* base) const noexcept;

 private:
  BumpRecord* newest_ = nullptr;
  std::uint32_t serial_ = 0;  // of the mark made last
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
