#include "check/arena.hpp"

#include "tarn/detail/bits.hpp"

#include "base/spin_lock.hpp"
#include "check/scan.hpp"
#include "os/memory.hpp"
#include "thread/table.hpp"

namespace tarn::check {
namespace {

// Untouched pages of it cost nothing.
constexpr std::size_t piece_size = 4 * MiB;
constexpr std::size_t largest_kept = piece_size / 8;

constinit base::SpinLock arena_lock;
constinit std::byte* arena_next TARN_GUARDED_BY(arena_lock) = nullptr;
constinit std::byte* arena_end TARN_GUARDED_BY(arena_lock) = nullptr;

void hold_arena() noexcept TARN_UNCHECKED_LOCKS {
  arena_lock.lock();
}

void release_arena() noexcept TARN_UNCHECKED_LOCKS {
  arena_lock.unlock();
}

// What is known of blocks would keep them all from being forgotten.
std::byte* take(std::size_t size) noexcept {
  std::byte* const memory = os::reserve_zeroed(size);
  if (memory != nullptr)
    static_cast<void>(leave_out(memory, size));
  return memory;
}

}  // namespace

void watch_arena() noexcept {
  static_cast<void>(thread::at_fork({.prepare = hold_arena,
                                     .in_parent = release_arena,
                                     .in_child = release_arena}));
}

void* keep(std::size_t size) noexcept {
  size = detail::round_up(size, max_align);
  const base::Locked locked{arena_lock};
  if (size > largest_kept)
    return take(detail::round_up(size, os::page_size()));
  if (detail::bytes_between(arena_next, arena_end) < size) {
    std::byte* const piece = take(piece_size);
    if (piece == nullptr)
      return nullptr;
    arena_next = piece;
    arena_end = piece + piece_size;
  }
  std::byte* const memory = arena_next;
  arena_next += size;
  return memory;
}

}  // namespace tarn::check
