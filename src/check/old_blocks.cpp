// Of millions of blocks few are old, and of few sites: those alone are in the
// table, which is made anew at each look.
#include "check/old_blocks.hpp"

#include "base/memory_orders.hpp"
#include "base/sparse.hpp"
#include "check/degrade.hpp"
#include "check/guarded_slots.hpp"
#include "check/heap.hpp"
#include "check/objects.hpp"
#include "check/pools.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"

#include <algorithm>

namespace tarn::check {
namespace {

using base::relaxed;

struct OldSite {
  StackId stack;
  PoolNumber pool;  // of the oldest
  bool was_suspect;
  bool is_suspect;
  bool is_drawn;
  OldOnes old;
};

// All below is of whoever looks for suspects.
constexpr std::uint32_t most_sites_of_old = 4096;
TARN_SPARSE constinit OldSite old_sites[most_sites_of_old] = {};
constinit std::uint32_t used = 0;

// A place in the table + 1, or 0.
constexpr unsigned hash_bits = 13;
constexpr std::uint32_t hash_places = 1u << hash_bits;
static_assert(hash_places >= 2 * most_sites_of_old);
TARN_SPARSE constinit std::uint16_t by_hash[hash_places] = {};

// The place of the stack, or the free one that is to be its.
std::uint16_t& place_of(StackId stack) noexcept {
  constexpr std::uint32_t golden = 0x9E37'79B1;
  std::uint32_t at = stack * golden >> (32 - hash_bits);
  while (by_hash[at] != 0 && old_sites[by_hash[at] - 1].stack != stack)
    at = (at + 1) % hash_places;
  return by_hash[at];
}

OldSite* find_site(StackId stack) noexcept {
  const std::uint16_t place = place_of(stack);
  return place == 0 ? nullptr : &old_sites[place - 1];
}

OldSite* make_site(StackId stack) noexcept {
  std::uint16_t& place = place_of(stack);
  if (place == 0) {
    if (used == most_sites_of_old) {
      degraded(Degraded::no_old_sites);
      return nullptr;
    }
    old_sites[used] = {};
    old_sites[used].stack = stack;
    place = static_cast<std::uint16_t>(++used);
  }
  return &old_sites[place - 1];
}

// Those that were suspect stay, with no blocks yet.
void begin_look() noexcept {
  const std::uint32_t before = used;
  used = 0;
  std::fill_n(by_hash, hash_places, std::uint16_t{0});
  for (std::uint32_t i = 0; i < before; ++i)
    if (old_sites[i].is_suspect)
      make_site(old_sites[i].stack)->was_suspect = true;
}

// Null: it is no block that may be leaked. A site needs as many ends as that.
Lives* lives_of_old(const Record& record, std::uint32_t now) noexcept {
  if (now - record.allocated_at <= least_age_ms || record.allocated_by == 0)
    return nullptr;
  Lives& lives = lives_of(record.allocated_by);
  return lives.ended.load(relaxed) >= least_completed &&
                 lives.is_old(record.allocated_at, now)
             ? &lives
             : nullptr;
}

void count_old(void* with, std::byte* block, const Record& record) noexcept {
  const std::uint32_t now = *static_cast<const std::uint32_t*>(with);
  const Lives* const lives = lives_of_old(record, now);
  if (lives == nullptr)
    return;
  OldSite* const site = make_site(record.allocated_by);
  if (site == nullptr)
    return;
  site->is_drawn |= is_in_guarded_slots(block);
  if (site->old.add(*lives, now - record.allocated_at, record.size))
    site->pool = record.pool;
}

void count_recent(void* with, std::byte*, const Record& record) noexcept {
  const std::uint32_t now = *static_cast<const std::uint32_t*>(with);
  const Lives* const lives = lives_of_old(record, now);
  if (lives == nullptr)
    return;
  if (OldSite* const site = find_site(record.allocated_by))
    site->old.count_recent(*lives, now - record.allocated_at);
}

template <auto count>
void walk_over_blocks(std::uint32_t now) noexcept {
  each_live_block(count, &now);
  each_live_object(count, &now);
  each_guarded_block(count, &now);
}

void tell(const OldSite& site, LookAtSuspect look, void* context) noexcept {
  const Lives& lives = lives_of(site.stack);
  Suspect found;
  found.is_of_blocks = true;
  found.is_drawn = site.is_drawn;
  found.stack = site.stack;
  if (const PoolEntry* const pool = pool_entry(site.pool)) {
    found.kind = pool->kind;
    found.id = pool->id;
  }
  found.count = site.old.count;
  found.completed = lives.ended.load(relaxed);
  found.longest_ms = lives.longest.load(relaxed);
  found.oldest_ms = site.old.oldest;
  found.bytes = site.old.bytes;
  look(context, found);
}

}  // namespace

void count_end_of(const Record& record) noexcept {
  if (record.allocated_by != 0)
    lives_of(record.allocated_by)
        .count_end_roughly(record.allocated_at, record.freed_at);
}

void tell_old_blocks(std::uint32_t now, LookAtSuspect look,
                     void* context) noexcept {
  if (follows_sanitizer())
    return;
  begin_look();
  walk_over_blocks<count_old>(now);
  OldSite* const end = old_sites + used;
  if (std::any_of(old_sites, end, [](const OldSite& site) noexcept {
        return site.old.are_many(lives_of(site.stack));
      }))
    walk_over_blocks<count_recent>(now);
  for (OldSite* site = old_sites; site != end; ++site)
    site->is_suspect =
        site->old.are_suspect(lives_of(site->stack), site->was_suspect);
  std::sort(old_sites, end, [](const OldSite& a, const OldSite& b) noexcept {
    return a.is_suspect != b.is_suspect ? a.is_suspect
                                        : a.old.bytes > b.old.bytes;
  });
  for (OldSite* site = old_sites; site != end && site->is_suspect; ++site)
    tell(*site, look, context);
}

}  // namespace tarn::check
