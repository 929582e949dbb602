// lives.hpp - how long what one site makes has lived, and what of it is old.
//
// Pools and blocks are judged alike. If what grew old ended at least as often
// as its age says (half of those that are as old as the longest life before
// twice that), the chance that none of the old ones of a site ended is the
// product of longest life / age over them. A site is suspect when that is less
// than one in a million (docs/decisions/0027-when-pools-are-suspect.md has what
// else is asked, and figures).
//
// Cost     an end: a few instructions.
// Threads  Lives: shared; what counts orders nothing. OldOnes: of whoever looks
//          for suspects, under their lock.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace tarn::check {

/// Those of a site's beginning are not asked of: caches and workers that stay
/// come then, and how long one may live is not yet known.
inline constexpr std::uint32_t unjudged_ms = 300'000;
/// None is old that is younger, or than the longest life of its site, or that
/// was not overtaken: of those born later one ended.
inline constexpr std::uint32_t least_age_ms = 60'000;
inline constexpr std::uint32_t least_old = 8;
inline constexpr std::uint32_t least_completed = 100;
/// In bits: the sum of log2(age / longest life).
inline constexpr float least_evidence = 20;
/// Old ones must have come for some time, and still come: the oldest is so many
/// times as old as it must be, and so many are in the younger half of ages. Not
/// asked of a site that was suspect before, whose leak may have stopped.
inline constexpr std::uint32_t least_recent = 2;
/// A collector, or who empties a cache, gives back at once what had come for
/// long, each of it older than any before: old ones must be so many times as
/// many as that, since they are likely to end together again.
inline constexpr std::uint32_t least_batches = 4;
/// From its first end on a batch takes so long, for a site whose lives end one
/// by one, each at its own time, is none.
inline constexpr std::uint32_t batch_ms = 250;

struct Lives {
  std::atomic<std::uint32_t> first;  ///< when the first one was born
  std::atomic<std::uint32_t> ended;
  std::atomic<std::uint32_t> longest;  ///< completed life, in ms
  /// When the latest one was born of those that ended.
  std::atomic<std::uint32_t> newest_ended;
  /// Of batches: the longest life before the latest one, when that began, how
  /// many of it had lived longer, and the largest such number.
  std::atomic<std::uint32_t> longest_before;
  std::atomic<std::uint32_t> batch_at;
  std::atomic<std::uint32_t> batch;
  std::atomic<std::uint32_t> largest_batch;

  /// One ends that was born then.
  void count_end(std::uint32_t born, std::uint32_t now) noexcept {
    note_life(born, now);
    ended.fetch_add(1, std::memory_order_relaxed);
  }

  /// The same, but two that end at one moment may count as one: of blocks,
  /// where the add of the other is a twentieth of all that an end costs.
  void count_end_roughly(std::uint32_t born, std::uint32_t now) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    note_life(born, now);
    ended.store(ended.load(relaxed) + 1, relaxed);
  }

  void note_life(std::uint32_t born, std::uint32_t now) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const std::uint32_t life = now - born;
    if (const std::uint32_t newest = newest_ended.load(relaxed);
        newest == 0 || static_cast<std::int32_t>(born - newest) > 0)
      newest_ended.store(born, relaxed);
    if (life > least_age_ms && life > longest_before.load(relaxed))
      count_in_batch(life, now);
    std::uint32_t most = longest.load(relaxed);
    while (most < life && !longest.compare_exchange_weak(most, life, relaxed))
      continue;
  }

  /// It lived longer than any before the latest batch. Before `longest` knows.
  void count_in_batch(std::uint32_t life, std::uint32_t now) noexcept;
  /// Whether one that was born then and lives is older than any should be.
  [[nodiscard]] bool is_old(std::uint32_t born,
                            std::uint32_t now) const noexcept;
  /// An age beyond it may be old.
  [[nodiscard]] std::uint32_t limit() const noexcept;
};

/// Those of a site that live and are old, as one look finds them.
struct OldOnes {
  std::uint32_t count;
  std::uint32_t recent;  ///< of those, in the younger half
  std::uint32_t oldest;  ///< age in ms
  float evidence;        ///< that they will not end
  std::uint64_t bytes;

  /// True: it is the oldest so far.
  bool add(const Lives& lives, std::uint32_t age, std::uint64_t size) noexcept;
  /// Once all are added, for each of them again.
  void count_recent(const Lives& lives, std::uint32_t age) noexcept;

  /// Whether there are as many and as old ones as must be, recent or not.
  [[nodiscard]] bool are_many(const Lives& lives) const noexcept;
  [[nodiscard]] bool are_suspect(const Lives& lives,
                                 bool were_suspect) const noexcept;
};

}  // namespace tarn::check
