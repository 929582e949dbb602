#include "check/kept_reachable.hpp"

#include "base/annotations.hpp"
#include "base/spin_lock.hpp"
#include "os/memory.hpp"
#include "os/sanitizers.hpp"

namespace tarn::check {
namespace {

// Of one that is not in use `size` is the number of the next such one.
struct Kept {
  const std::byte* block;
  std::size_t size;
};

// Pages that nobody touched are read as zeros, some ten a microsecond.
constexpr std::uint32_t most = 1u << 22;

constinit base::SpinLock kept_lock;
constinit Kept* all_kept TARN_GUARDED_BY(kept_lock) = nullptr;
constinit std::uint32_t used_kept TARN_GUARDED_BY(kept_lock) = 0;
constinit std::uint32_t unused_kept TARN_GUARDED_BY(kept_lock) = 0;

std::uint32_t take() noexcept TARN_REQUIRES(kept_lock) {
  if (unused_kept != 0) {
    const std::uint32_t number = unused_kept;
    unused_kept = static_cast<std::uint32_t>(all_kept[number].size);
    return number;
  }
  if (all_kept == nullptr)
    all_kept = reinterpret_cast<Kept*>(os::reserve_zeroed(most * sizeof(Kept)));
  return all_kept == nullptr || used_kept + 1 == most ? 0 : ++used_kept;
}

}  // namespace

std::uint32_t keep_reachable(const std::byte* block,
                             std::size_t size) noexcept {
  if (!os::has_memcheck())
    return 0;
  const base::Locked locked{kept_lock};
  const std::uint32_t number = take();
  if (number != 0)
    all_kept[number] = {block, size};
  return number;
}

std::size_t resize_kept(std::uint32_t number, std::size_t size) noexcept {
  if (number == 0)
    return size;
  const base::Locked locked{kept_lock};
  const std::size_t former = all_kept[number].size;
  all_kept[number].size = size;
  return former;
}

void let_go(std::uint32_t number) noexcept {
  if (number == 0)
    return;
  const base::Locked locked{kept_lock};
  all_kept[number] = {nullptr, unused_kept};
  unused_kept = number;
}

void hold_kept() noexcept TARN_UNCHECKED_LOCKS {
  kept_lock.lock();
}

void let_kept_go() noexcept TARN_UNCHECKED_LOCKS {
  kept_lock.unlock();
}

}  // namespace tarn::check
