// Places are given in order, so that a look at all touches few pages; a table
// of places by the hash of their keys finds them.
#include "check/sites.hpp"

#include "base/memory_orders.hpp"
#include "base/sparse.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

constexpr std::uint32_t site_places = 2 * most_sites;
using base::relaxed;

TARN_SPARSE constinit Site sites[most_sites + 1] = {};
// A place, or 0. Written once by who took it; pairs with the look-up.
TARN_SPARSE constinit std::atomic<SitePlace> sites_by_hash[site_places] = {};
constinit std::atomic<SitePlace> sites_used{1};

// Fowler, Noll and Vo.
constexpr std::uint64_t fnv_basis = 14695981039346656037u;
constexpr std::uint64_t fnv_prime = 1099511628211u;

std::uint64_t key_of(StackId stack, PoolKind kind, std::uint32_t id) noexcept {
  if (stack != 0)
    return stack;
  std::uint64_t hash = fnv_basis ^ static_cast<std::uint64_t>(kind);
  for (const char* name = port::pool_name(id); *name != '\0'; ++name)
    hash = (hash ^ static_cast<unsigned char>(*name)) * fnv_prime;
  return hash | std::uint64_t{1} << 63;
}

// Fibonacci's multiplier spreads numbers that lie close.
std::uint32_t hash_of(std::uint64_t key) noexcept {
  constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
  constexpr unsigned half = 32;
  return static_cast<std::uint32_t>(key * golden >> half) % site_places;
}

SitePlace take_place(std::uint64_t key, StackId stack, PoolKind kind) noexcept {
  SitePlace place = sites_used.load(relaxed);
  do {
    if (place > most_sites)
      return 0;
  } while (!sites_used.compare_exchange_weak(place, place + 1, relaxed));
  Site& site = sites[place];
  site.stack.store(stack, relaxed);
  site.kind.store(kind, relaxed);
  site.lives.first.store(port::clock_ms(), relaxed);
  site.key.store(key, std::memory_order_release);
  return place;
}

}  // namespace

// Two threads that enter one site at once take two places of which one is lost.
SitePlace site_place(StackId stack, PoolKind kind, std::uint32_t id) noexcept {
  const std::uint64_t key = key_of(stack, kind, id);
  std::uint32_t at = hash_of(key);
  SitePlace mine = 0;
  for (std::uint32_t tries = 0; tries < site_places; ++tries) {
    SitePlace there = sites_by_hash[at].load(std::memory_order_acquire);
    if (there == 0) {
      if (mine == 0)
        mine = take_place(key, stack, kind);
      if (mine == 0)
        return 0;
      if (sites_by_hash[at].compare_exchange_strong(there, mine,
                                                    std::memory_order_acq_rel))
        return mine;
    }
    if (sites[there].key.load(std::memory_order_acquire) == key)
      return there;
    at = (at + 1) % site_places;
  }
  return 0;
}

Site* site_at(SitePlace place) noexcept {
  return place == 0 ? nullptr : &sites[place];
}

SitePlace sites_end() noexcept {
  const SitePlace end = sites_used.load(relaxed);
  return end > most_sites ? most_sites + 1 : end;
}

}  // namespace tarn::check
