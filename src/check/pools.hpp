// pools.hpp - every pool that is checked, and those that were.
//
// A pool that ended stays readable until some thousands more have.
//
// Cost     a birth or an end: a lock of few, and the stack of who calls.
// Threads  shared; looking up is async-signal-safe.
// Failure  number 0, for which there is a name all the same: no memory, or a
//          million live already.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "base/text.hpp"
#include "check/record.hpp"

#include <atomic>
#include <cstddef>

namespace tarn::check {

/// Not used again before four thousand million pools.
using PoolNumber = std::uint32_t;

struct PoolEntry {
  PoolKind kind;
  bool is_default;            ///< the heap that malloc and the like use
  std::uint32_t id;           ///< in the table of names; 0: without a name
  PoolNumber parent;          ///< 0: none
  StackId site;               ///< who made it
  StackId ended_by;           ///< 0: it lives, or nobody can tell
  std::uint32_t born, ended;  ///< port::clock_ms()
};

/// Called once by a pool that begins to be checked.
[[nodiscard]] PoolNumber enter_pool(PoolKind kind, std::uint32_t id,
                                    PoolNumber parent = 0) noexcept;
/// The same where the stack is known already.
[[nodiscard]] PoolNumber enter_pool_at(StackId site, PoolKind kind,
                                       std::uint32_t id,
                                       PoolNumber parent = 0) noexcept;
/// It is the heap that malloc and the like use, which has no name to be told.
void mark_default(PoolNumber number) noexcept;
void leave_pool(PoolNumber number) noexcept;
/// The same without a look at who ended it.
void leave_pool_unseen(PoolNumber number) noexcept;

/// Keeps the number of one that nobody looks at, by the address of its owner,
/// who has no room for it.
void list_pool(PoolNumber number, const void* owner) noexcept;
/// 0: it is not listed.
[[nodiscard]] PoolNumber listed_pool(const void* owner) noexcept;
/// Takes it out, and gives its number.
PoolNumber unlist_pool(const void* owner) noexcept;

/// Tells what it holds of its upstream now, in bytes: called where that
/// changes, by whom it is confined to.
void pool_holds(PoolNumber number, std::size_t bytes) noexcept;
/// The same of one that is listed, or nothing.
void listed_pool_holds(const void* owner, std::size_t bytes) noexcept;

/// What is known of it, of one that ended as well; null: too long ago.
[[nodiscard]] const PoolEntry* pool_entry(PoolNumber number) noexcept;

/// "object pool 'connection'", "the heap".
void write_pool(base::Line& line, PoolNumber number) noexcept;

/// How a living pool did.
struct LivingPool {
  PoolNumber number;
  const PoolEntry* entry;
  std::uint32_t site;  ///< a place of sites.hpp
  std::uint64_t held;  ///< bytes, as last told

  // Of whoever looks for suspects, under their lock.
  std::uint64_t* held_before;
  std::uint32_t* growths;
};

/// Calls `look` for each pool that has not ended, in any order. One that ends
/// or begins meanwhile may be met or not.
void for_each_living_pool(void (*look)(void* context,
                                       const LivingPool& pool) noexcept,
                          void* context) noexcept;

/// Before there are threads: forks wait for whoever enters a pool.
void watch_pools() noexcept;

}  // namespace tarn::check
