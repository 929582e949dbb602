#include "check/arena.hpp"

#include "tarn/detail/bits.hpp"

#include "base/spin_lock.hpp"
#include "os/memory.hpp"
#include "thread/table.hpp"

namespace tarn::check {
namespace {

// Untouched pages of it cost nothing.
constexpr std::size_t piece_size = 4 * MiB;
constexpr std::size_t largest_kept = piece_size / 8;

constinit base::SpinLock lock;
constinit std::byte* next TARN_GUARDED_BY(lock) = nullptr;
constinit std::byte* end TARN_GUARDED_BY(lock) = nullptr;

void hold() noexcept TARN_UNCHECKED_LOCKS {
  lock.lock();
}

void release() noexcept TARN_UNCHECKED_LOCKS {
  lock.unlock();
}

}  // namespace

void watch_arena() noexcept {
  static_cast<void>(thread::at_fork(
      {.prepare = hold, .in_parent = release, .in_child = release}));
}

void* keep(std::size_t size) noexcept {
  size = detail::round_up(size, max_align);
  if (size > largest_kept)
    return os::reserve_zeroed(detail::round_up(size, os::page_size()));
  const base::Locked locked{lock};
  if (detail::bytes_between(next, end) < size) {
    std::byte* const piece = os::reserve_zeroed(piece_size);
    if (piece == nullptr)
      return nullptr;
    next = piece;
    end = piece + piece_size;
  }
  std::byte* const memory = next;
  next += size;
  return memory;
}

}  // namespace tarn::check
