// upstream.hpp - where a pool borrows its chunks.
//
// Every pool takes its memory from an Upstream and owes it back. An upstream is
// asked once per chunk, never once per block, so the virtual call stays off the
// fast path; in exchange any pool stands on the system, on a buffer of yours,
// on a budget, or on whatever you derive from Upstream.
//
//     tarn::BufferUpstream upstream{buffer, sizeof buffer};
//     tarn::Region region{upstream};               // no operating system
//
// Cost     one virtual call per chunk; the system lane has none.
// Threads  each implementation says which.
// Failure  a Loan whose memory is null; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {

/// What kind of pool borrows: the page map and the statistics tell it.
enum class PoolKind : std::uint8_t {
  none,
  region,
  object_pool,
  heap,
  fixed,
  tool  ///< anything that is none of tarn's pools
};

/// One wish for a chunk.
struct Ask {
  std::size_t size;               ///< bytes; at least this much is lent
  std::size_t align = max_align;  ///< a power of two
  PoolKind kind = PoolKind::tool;
  bool urgent = false;      ///< a cleanup asks: headroom may be used
  std::uint32_t owner = 0;  ///< the pool's id, 0 for a pool without a name
};

/// What really came: rounding is not wasted. Null memory: nothing came.
struct Loan {
  std::byte* memory = nullptr;
  std::size_t size = 0;  ///< bytes, at least what was asked

  explicit operator bool() const noexcept { return memory != nullptr; }
};

class Upstream {
 public:
  /// A chunk as asked, or an empty Loan.
  [[nodiscard]] virtual Loan lend(const Ask& ask) noexcept = 0;

  /// Takes back what lend gave, whole: the same memory and size.
  virtual void take_back(Loan loan) noexcept = 0;

 protected:
  Upstream() = default;
  Upstream(const Upstream&) = default;
  Upstream& operator=(const Upstream&) = default;
  ~Upstream() = default;
};

/// The process's own memory, through this thread's chunk cache. In the embedded
/// build there is none: every ask gets an empty Loan. Threads: shared.
[[nodiscard]] Upstream& system_upstream() noexcept;

/// Lends from one buffer of the caller's, first fit, lowest address first, so
/// that what is returned merges with its neighbours. Lending and taking back
/// are linear in the free pieces; a buffer too small for its own header lends
/// nothing. The buffer must outlive the upstream. Threads: confined.
class BufferUpstream final : public Upstream {
 public:
  BufferUpstream(void* buffer, std::size_t size) noexcept;
  BufferUpstream(const BufferUpstream&) = delete;
  BufferUpstream& operator=(const BufferUpstream&) = delete;

  [[nodiscard]] Loan lend(const Ask& ask) noexcept override;
  void take_back(Loan loan) noexcept override;

  /// Bytes not lent.
  [[nodiscard]] std::size_t free_bytes() const noexcept;

  /// The largest ask that would now be granted at the default alignment.
  [[nodiscard]] std::size_t largest_free() const noexcept;

  /// Whether `p` points into the buffer.
  [[nodiscard]] bool owns(const void* p) const noexcept;

  /// True while every invariant holds. Linear in free pieces; for tests.
  [[nodiscard]] bool check() const noexcept;

 private:
  struct Piece;

  std::byte* begin_;
  std::byte* end_;
  Piece* pieces_;  // the free pieces, by rising address, never adjacent
};

}  // namespace v1
}  // namespace tarn
