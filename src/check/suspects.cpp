// Walks over the pools: what is old is counted at the sites, then what of it is
// recent, and the sites are judged.
#include "check/suspects.hpp"

#include "base/order.hpp"
#include "base/spin_lock.hpp"
#include "port/world.hpp"

#include <bit>

namespace tarn::check {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

constinit base::SpinLock lock;
// When pools were looked at for growth.
constinit std::uint32_t looked_at TARN_GUARDED_BY(lock) = 0;

// Looks for growth are so far apart.
constexpr std::uint32_t between_looks_ms = 5'000;
constexpr std::uint64_t least_bytes_grown = 64 * KiB;

struct Walk {
  std::uint32_t now;
  bool looks_for_growth;
  LookAtSuspect look;
  void* context;
};

// An age beyond it is old.
std::uint32_t limit_of(const Site& site) noexcept {
  return base::larger(least_age_ms, site.longest.load(relaxed));
}

bool is_old(const Site& site, const LivingPool& pool,
            std::uint32_t age) noexcept {
  const std::uint32_t newest = site.newest_ended.load(relaxed);
  const std::uint32_t born = pool.entry->born;
  return age > limit_of(site) && static_cast<std::int32_t>(newest - born) > 0 &&
         born - site.first.load(relaxed) >= unjudged_ms;
}

// A line between powers of two: too low by a twelfth at most.
float log2_of(std::uint32_t number) noexcept {
  const auto power = static_cast<unsigned>(std::bit_width(number)) - 1;
  const auto whole = static_cast<float>(std::uint64_t{1} << power);
  return static_cast<float>(power) + static_cast<float>(number) / whole - 1;
}

// Lives shorter than a second count as one.
float evidence_of(const Site& site, std::uint32_t age) noexcept {
  constexpr std::uint32_t second = 1000;
  return log2_of(age) -
         log2_of(base::larger(second, site.longest.load(relaxed)));
}

void count_old(void* context, const LivingPool& pool) noexcept {
  const Walk& walk = *static_cast<const Walk*>(context);
  Site* const site = site_at(pool.site);
  const std::uint32_t age = walk.now - pool.entry->born;
  if (site == nullptr || !is_old(*site, pool, age))
    return;
  ++site->old;
  site->old_bytes += pool.held;
  site->evidence += evidence_of(*site, age);
  if (age < site->oldest)
    return;
  site->oldest = age;
  site->oldest_id = pool.entry->id;
}

void count_recent(void* context, const LivingPool& pool) noexcept {
  const Walk& walk = *static_cast<const Walk*>(context);
  Site* const site = site_at(pool.site);
  const std::uint32_t age = walk.now - pool.entry->born;
  if (site == nullptr || site->oldest == 0 || !is_old(*site, pool, age))
    return;
  const std::uint32_t limit = limit_of(*site);
  site->recent += age - limit <= (site->oldest - limit) / 2;
}

void watch_growth(const LivingPool& pool) noexcept {
  constexpr unsigned eighth = 8;
  const std::uint64_t before = *pool.held_before;
  if (pool.held < before || before == 0) {
    *pool.growths = 0;
    *pool.held_before = pool.held;
  } else if (pool.held >= before + before / eighth &&
             pool.held >= least_bytes_grown && pool.held != before) {
    ++*pool.growths;
    *pool.held_before = pool.held;
  }
}

void tell_grown(void* context, const LivingPool& pool) noexcept {
  const Walk& walk = *static_cast<const Walk*>(context);
  if (walk.looks_for_growth)
    watch_growth(pool);
  const std::uint32_t age = walk.now - pool.entry->born;
  if (*pool.growths < growths_to_tell || age < least_age_ms)
    return;
  Suspect found;
  found.pool = pool.number;
  found.stack = pool.entry->site;
  found.kind = pool.entry->kind;
  found.id = pool.entry->id;
  found.pools = 1;
  found.live = 1;
  found.oldest_ms = age;
  found.bytes = pool.held;
  walk.look(walk.context, found);
}

// A cache that was filled and stays has old ones of nearly one age.
bool goes_on(const Site& site) noexcept {
  const std::uint32_t limit = limit_of(site);
  return site.oldest >= limit + limit / 2 && site.recent >= least_recent;
}

bool is_suspect(const Site& site) noexcept {
  return site.old >= least_old && site.ended.load(relaxed) >= least_completed &&
         site.evidence >= least_evidence && (site.told != 0 || goes_on(site));
}

void judge(SitePlace place, Site& site, const Walk& walk) noexcept {
  if (!is_suspect(site)) {
    site.told = 0;
    return;
  }
  Suspect found;
  found.site = place;
  found.stack = site.stack.load(relaxed);
  found.kind = site.kind.load(relaxed);
  found.id = site.oldest_id;
  found.pools = site.old;
  found.live = site.live();
  found.completed = site.ended.load(relaxed);
  found.longest_ms = site.longest.load(relaxed);
  found.oldest_ms = site.oldest;
  found.bytes = site.old_bytes;
  found.has_doubled = site.old >= 2 * site.told;
  if (found.has_doubled)
    site.told = site.old;
  walk.look(walk.context, found);
}

}  // namespace

void for_each_suspect(LookAtSuspect look, void* context) noexcept {
  const base::Locked locked{lock};
  Walk walk{port::clock_ms(), false, look, context};
  walk.looks_for_growth = walk.now - looked_at >= between_looks_ms;
  if (walk.looks_for_growth)
    looked_at = walk.now;
  const SitePlace end = sites_end();
  for (SitePlace place = 1; place < end; ++place) {
    Site& site = *site_at(place);
    site.old = 0;
    site.recent = 0;
    site.oldest = 0;
    site.evidence = 0;
    site.old_bytes = 0;
  }
  for_each_living_pool(count_old, &walk);
  for_each_living_pool(count_recent, &walk);
  for (SitePlace place = 1; place < end; ++place)
    judge(place, *site_at(place), walk);
  for_each_living_pool(tell_grown, &walk);
}

}  // namespace tarn::check
