// Walks over the pools: what is old is counted at the sites, then what of it is
// recent, and the sites are judged. Blocks have a walk of their own.
#include "check/suspects.hpp"

#include "base/memory_orders.hpp"
#include "base/spin_lock.hpp"
#include "check/old_blocks.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

namespace tarn::check {
namespace {

using base::relaxed;

constinit base::SpinLock suspects_lock;
// When pools were looked at for growth.
constinit std::uint32_t looked_at TARN_GUARDED_BY(suspects_lock) = 0;

// Looks for growth are so far apart.
constexpr std::uint32_t between_looks_ms = 5'000;
constexpr std::uint64_t least_bytes_grown = 64 * KiB;

void hold_suspects() noexcept TARN_UNCHECKED_LOCKS {
  suspects_lock.lock();
}

void release_suspects() noexcept TARN_UNCHECKED_LOCKS {
  suspects_lock.unlock();
}

struct Walk {
  std::uint32_t now;
  bool looks_for_growth;
  LookAtSuspect look;
  void* context;
};

void count_old(void* context, const LivingPool& pool) noexcept {
  const Walk& walk = *static_cast<const Walk*>(context);
  Site* const site = site_at(pool.site);
  const std::uint32_t born = pool.entry->born;
  if (site != nullptr && site->lives.is_old(born, walk.now) &&
      site->old.add(site->lives, walk.now - born, pool.held))
    site->oldest_id = pool.entry->id;
}

void count_recent(void* context, const LivingPool& pool) noexcept {
  const Walk& walk = *static_cast<const Walk*>(context);
  Site* const site = site_at(pool.site);
  const std::uint32_t born = pool.entry->born;
  if (site != nullptr && site->old.count != 0 &&
      site->lives.is_old(born, walk.now))
    site->old.count_recent(site->lives, walk.now - born);
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
  found.count = 1;
  found.live = 1;
  found.oldest_ms = age;
  found.bytes = pool.held;
  walk.look(walk.context, found);
}

void judge(SitePlace place, Site& site, const Walk& walk) noexcept {
  if (!site.old.are_suspect(site.lives, site.told != 0)) {
    site.told = 0;
    return;
  }
  Suspect found;
  found.site = place;
  found.stack = site.stack.load(relaxed);
  found.kind = site.kind.load(relaxed);
  found.id = site.oldest_id;
  found.count = site.old.count;
  found.live = site.live();
  found.completed = site.lives.ended.load(relaxed);
  found.longest_ms = site.lives.longest.load(relaxed);
  found.oldest_ms = site.old.oldest;
  found.bytes = site.old.bytes;
  site.told = site.old.count;
  walk.look(walk.context, found);
}

}  // namespace

void for_each_suspect(LookAtSuspect look, void* context) noexcept {
  const base::Locked locked{suspects_lock};
  Walk walk{port::clock_ms(), false, look, context};
  walk.looks_for_growth = walk.now - looked_at >= between_looks_ms;
  if (walk.looks_for_growth)
    looked_at = walk.now;
  const SitePlace end = sites_end();
  for (SitePlace place = 1; place < end; ++place)
    site_at(place)->old = {};
  for_each_living_pool(count_old, &walk);
  for_each_living_pool(count_recent, &walk);
  for (SitePlace place = 1; place < end; ++place)
    judge(place, *site_at(place), walk);
  for_each_living_pool(tell_grown, &walk);
  tell_old_blocks(walk.now, look, context);
}

void watch_suspects() noexcept {
  static_cast<void>(thread::at_fork({.prepare = hold_suspects,
                                     .in_parent = release_suspects,
                                     .in_child = release_suspects,
                                     .is_outer = true}));
}

}  // namespace tarn::check
