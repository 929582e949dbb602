// The names of pools: 64 bytes each in a table that is never unmapped, so that
// an id, even one of a pool long ended, can be looked up in a signal handler.
// An id is a place and above it the count of the place's users; places are used
// again in the order in which they became free, so that a name stays readable
// long after its pool. A place whose count is spent is used no more: an id
// never means two pools.
#include "span/names.hpp"

#include "base/annotations.hpp"
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "port/world.hpp"

#include <atomic>
#include <cstddef>

namespace tarn::span {
namespace {

constexpr unsigned place_bits = 17;
constexpr std::uint32_t places = 1u << place_bits;
constexpr std::uint32_t place_mask = places - 1;
constexpr std::uint32_t one_use = places;
constexpr std::uint32_t last_use = ~place_mask;

struct alignas(64) Entry {
  // The id of the last user, 0 before the first; written under the lock, the
  // release pairs with the acquire of a look-up, which then sees the name.
  std::atomic<std::uint32_t> id;
  std::uint32_t next_free;
  std::atomic<PoolKind> kind;  // none: ended
  char name[55];
};
static_assert(sizeof(Entry) == 64);

struct Names {
  base::SpinLock lock;
  std::uint32_t used TARN_GUARDED_BY(lock) = 1;  // place 0 stands for no name
  std::uint32_t oldest_free TARN_GUARDED_BY(lock) = 0;
  std::uint32_t newest_free TARN_GUARDED_BY(lock) = 0;
};

constinit Names names;
TARN_SPARSE constinit Entry entries[places] = {};

std::uint32_t take_place() noexcept TARN_REQUIRES(names.lock) {
  if (names.used < places)
    return names.used++;
  const std::uint32_t place = names.oldest_free;
  if (place == 0)
    return 0;
  names.oldest_free = entries[place].next_free;
  if (names.oldest_free == 0)
    names.newest_free = 0;
  return place;
}

const Entry* entry_of(std::uint32_t id) noexcept {
  const Entry& entry = entries[id & place_mask];
  return id != 0 && entry.id.load(std::memory_order_acquire) == id ? &entry
                                                                   : nullptr;
}

}  // namespace

PoolKind kind_of_pool(std::uint32_t id) noexcept {
  const Entry* const entry = entry_of(id);
  return entry == nullptr ? PoolKind::none
                          : entry->kind.load(std::memory_order_relaxed);
}

void lock_names_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  names.lock.lock();
}

void unlock_names_after_fork() noexcept TARN_UNCHECKED_LOCKS {
  names.lock.unlock();
}

}  // namespace tarn::span

namespace tarn::port {

std::uint32_t register_pool(PoolKind kind, const char* name) noexcept {
  const base::Locked locked{span::names.lock};
  const std::uint32_t place = span::take_place();
  if (place == 0)
    return 0;
  span::Entry& entry = span::entries[place];
  const std::uint32_t before = entry.id.load(std::memory_order_relaxed);
  const std::uint32_t id = before == 0 ? place : before + span::one_use;
  // Nobody finds the entry while its name changes.
  entry.id.store(0, std::memory_order_release);
  std::size_t size = 0;
  for (; name[size] != '\0' && size + 1 < sizeof entry.name; ++size)
    entry.name[size] = name[size];
  entry.name[size] = '\0';
  entry.kind.store(kind, std::memory_order_relaxed);
  entry.id.store(id, std::memory_order_release);
  return id;
}

void unregister_pool(std::uint32_t id) noexcept {
  if (span::entry_of(id) == nullptr)
    return;
  const base::Locked locked{span::names.lock};
  const std::uint32_t place = id & span::place_mask;
  span::Entry& entry = span::entries[place];
  entry.kind.store(PoolKind::none, std::memory_order_relaxed);
  if ((id & span::last_use) == span::last_use)
    return;
  entry.next_free = 0;
  if (span::names.newest_free == 0)
    span::names.oldest_free = place;
  else
    span::entries[span::names.newest_free].next_free = place;
  span::names.newest_free = place;
}

const char* pool_name(std::uint32_t id) noexcept {
  const span::Entry* const entry = span::entry_of(id);
  return entry == nullptr ? "" : entry->name;
}

}  // namespace tarn::port
