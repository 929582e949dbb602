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

constinit base::SpinLock lock;
constinit Kept* all TARN_GUARDED_BY(lock) = nullptr;
constinit std::uint32_t used TARN_GUARDED_BY(lock) = 0;
constinit std::uint32_t unused TARN_GUARDED_BY(lock) = 0;

std::uint32_t take() noexcept TARN_REQUIRES(lock) {
  if (unused != 0) {
    const std::uint32_t number = unused;
    unused = static_cast<std::uint32_t>(all[number].size);
    return number;
  }
  if (all == nullptr)
    all = reinterpret_cast<Kept*>(os::reserve_zeroed(most * sizeof(Kept)));
  return all == nullptr || used + 1 == most ? 0 : ++used;
}

}  // namespace

std::uint32_t keep_reachable(const std::byte* block,
                             std::size_t size) noexcept {
  if (!os::has_memcheck())
    return 0;
  const base::Locked locked{lock};
  const std::uint32_t number = take();
  if (number != 0)
    all[number] = {block, size};
  return number;
}

std::size_t resize_kept(std::uint32_t number, std::size_t size) noexcept {
  if (number == 0)
    return size;
  const base::Locked locked{lock};
  const std::size_t former = all[number].size;
  all[number].size = size;
  return former;
}

void let_go(std::uint32_t number) noexcept {
  if (number == 0)
    return;
  const base::Locked locked{lock};
  all[number] = {nullptr, unused};
  unused = number;
}

void hold_kept() noexcept TARN_UNCHECKED_LOCKS {
  lock.lock();
}

void let_kept_go() noexcept TARN_UNCHECKED_LOCKS {
  lock.unlock();
}

}  // namespace tarn::check
