// fixed_checked.hpp - what is around the blocks of a checked fixed pool.
//
//     [ head | redzone | block | redzone up to the end of the pool's block ]
//
// Heads are two lists: blocks in use, and those that were given back and wait,
// oldest first. A head is sealed by its own address and its list, so that what
// somebody wrote there is not followed.
//
// Cost     linear in the block.
// Threads  confined.
// Failure  a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {
namespace detail {

/// In whose words a fault is told.
enum class CheckedKind : std::uint8_t { fixed_heap, slot_pool };

/// Bytes before a block: a head of six words and a redzone of two.
inline constexpr std::size_t checked_front = 8 * sizeof(void*);
/// Bytes of the redzone behind a block, at least.
inline constexpr std::size_t checked_back = 16;

/// What waits at least as long as there is room, by bytes.
inline constexpr std::size_t checked_waiting = 1 * KiB;

/// In memory that has been and will be anything.
struct [[gnu::may_alias]] CheckedHead {
  CheckedHead* older;
  CheckedHead* newer;
  std::size_t size;   // that was asked for
  std::size_t front;  // bytes from the start of the pool's block to ours
  std::size_t room;   // bytes from our block to the end of the pool's
  std::uintptr_t seal;
};
static_assert(sizeof(CheckedHead) <= checked_front - 2 * sizeof(void*));

/// Blocks, one given out or back after the other. All zero: none.
struct CheckedList {
  CheckedHead* oldest = nullptr;
  CheckedHead* newest = nullptr;
};

/// The blocks of one pool.
class CheckedBlocks {
 public:
  constexpr CheckedBlocks() noexcept = default;
  /// Whether those of a pool whose options say `asked` are to be looked at.
  /// Under a sanitizer or memcheck that does: it is told where nobody may touch
  /// anything, and no byte is filled or looked at here but heads.
  [[nodiscard]] bool begin(CheckMode asked) noexcept;
  /// There is no block any more, and the memory may be anybody's. Of a global
  /// it is nobody else's, and who ends later may give back a block yet.
  void end() noexcept;
  CheckedBlocks(const CheckedBlocks&) = delete;
  CheckedBlocks& operator=(const CheckedBlocks&) = delete;

  /// A block of `size` bytes, `front` behind `place`, which has `capacity`
  /// bytes. Requires: `front` is at least checked_front, and behind the block
  /// there is room for checked_back.
  void* give(void* place, std::size_t front, std::size_t size,
             std::size_t capacity, CheckedKind kind) noexcept;

  /// Whether `p` is a block in use. Requires: what lies checked_front before it
  /// may be read.
  [[nodiscard]] bool is_in_use(const void* p) const noexcept;
  [[nodiscard]] static const CheckedHead& head_of(const void* p) noexcept {
    return *reinterpret_cast<const CheckedHead*>(
        static_cast<const std::byte*>(p) - checked_front);
  }

  /// The fault of a pointer into the pool that is no block in use.
  [[noreturn]] void refuse(const void* p, CheckedKind kind) const noexcept;
  /// A fault where somebody wrote around the block. Requires: it is in use.
  void look_at(const void* p, CheckedKind kind) const noexcept;
  /// The block has `size` bytes from now on, and the pool's has `capacity`.
  void resize(void* p, std::size_t size, std::size_t capacity) noexcept;

  /// Takes a block back, which is looked at and filled. Requires: it is in use.
  void take_back(void* p, CheckedKind kind) noexcept;
  /// Whether some wait, and of more bytes than that, the newest left out.
  [[nodiscard]] bool has_waiting() const noexcept {
    return waiting_.oldest != nullptr;
  }
  [[nodiscard]] bool has_waiting_above(std::size_t bytes) const noexcept {
    return waiting_.oldest != waiting_.newest &&
           waiting_bytes_ > (bytes == 0 ? checked_waiting : bytes);
  }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_count_; }
  /// What the pool gave for the block that has waited longest, which waits no
  /// longer; a fault where somebody wrote there. Requires: has_waiting().
  [[nodiscard]] void* oldest_leaves(CheckedKind kind) noexcept;

  /// Whether nobody wrote where nobody should. Linear in bytes.
  [[nodiscard]] bool check() const noexcept;
  /// The same of `blocks` blocks, and next time of the next ones.
  [[nodiscard]] bool check_step(std::size_t blocks) noexcept;
  /// As check(), but a fault that says where.
  void look_at_all(CheckedKind kind) const noexcept;

 private:
  void link(CheckedHead& head, CheckedList& list) noexcept;
  void unlink(CheckedHead& head, CheckedList& list, CheckedKind kind) noexcept;
  [[nodiscard]] bool is_in(const CheckedHead& head,
                           const CheckedList& list) const noexcept;
  void seal(CheckedHead& head, const CheckedList& list) const noexcept;
  [[nodiscard]] std::uintptr_t seal_of(const CheckedHead& head,
                                       const CheckedList& list) const noexcept;
  [[nodiscard]] bool is_whole(const CheckedHead& head,
                              const CheckedList& list) const noexcept;
  void look_at_list(const CheckedList& list, CheckedKind kind) const noexcept;
  void look_around(const CheckedHead& head, CheckedKind kind) const noexcept;
  void look_inside(const CheckedHead& head, CheckedKind kind) const noexcept;
  // No board has somebody to be told.
  [[nodiscard]] bool is_told() const noexcept {
    return has_thread_locals && is_told_;
  }

  CheckedList in_use_;
  CheckedList waiting_;
  std::size_t waiting_bytes_ = 0;  // with what is around them
  std::size_t waiting_count_ = 0;
  const CheckedHead* looked_at_ = nullptr;  // by check_step: the next, or none
  bool looks_at_waiting_ = false;
  bool is_told_ = false;  // somebody who sees each access
};

/// Those of a pool that may end before its memory does, where somebody may have
/// been told whose that is.
template <bool may_be_told>
class EndingBlocks : public CheckedBlocks {
 public:
  constexpr EndingBlocks() noexcept = default;
  ~EndingBlocks() { end(); }
  EndingBlocks(const EndingBlocks&) = delete;
  EndingBlocks& operator=(const EndingBlocks&) = delete;
};
template <>
class EndingBlocks<false> : public CheckedBlocks {};

/// Has check_all() and the program's end call `look`, where the pool and all of
/// its blocks are a global's.
void watch_pool(const void* pool, std::size_t size,
                void (*look)(const void* pool) noexcept,
                bool is_shared) noexcept;

/// The fault of a pointer that does not point into the pool.
[[noreturn]] void refuse_outsider(const void* p, CheckedKind kind) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
