// system.hpp - the system's memory: its options, its upkeep, its figures.
//
// What pools give back is kept for a while: by their threads' caches, by a
// central store, by the address space. From there it goes to the system by age
// (half of what nobody needed in a quarter of a second, nearly all after three)
// and by amount. Who does that is your choice: the requests themselves in
// passing (the default), a background thread, or your event loop when it has
// nothing else to do.
//
//     tarn::purge_on_requests(false);          // no request pays for it
//     while (poll(...)) tarn::maintain(200'000);  // at most 0.2 ms each time
//
// Cost     of a request: a look at a clock now and then, and, where requests
//          purge, at most a millisecond in some milliseconds.
// Threads  shared, all of it.
// Failure  false; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include <atomic>

namespace tarn {
inline namespace v1 {

enum class HugePages : std::uint8_t {
  as_used,  ///< where seven eighths of one are in use for a second
  always,   ///< from the start, in chunks of 2 MiB and more
  never
};

struct SystemOptions {
  bool populate = false;     ///< pages are present before the chunk is lent
  bool lock_memory = false;  ///< and are never swapped out (RLIMIT_MEMLOCK)
  HugePages huge_pages = HugePages::as_used;
  int numa_node = -1;  ///< the node whose memory it is; -1: any
};

/// The system's memory with options of its own. Chunks are multiples of 64 KiB
/// and do not pass through the threads' caches; they go back as they came.
class SystemUpstream final : public Upstream {
 public:
  explicit SystemUpstream(const SystemOptions& options) noexcept
      : options_(options) {}
  SystemUpstream(const SystemUpstream&) = delete;
  SystemUpstream& operator=(const SystemUpstream&) = delete;

  /// Nothing comes when one of the options cannot be had.
  [[nodiscard]] Loan lend(const Ask& ask) noexcept override;
  void take_back(Loan loan) noexcept override;

  /// Bytes lent now.
  [[nodiscard]] std::size_t held() const noexcept {
    return held_.load(std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] bool prepare(Loan loan) noexcept;
  void undo(Loan loan) noexcept;

  SystemOptions options_;
  std::atomic<std::size_t> held_{0};  // a sum by any thread; orders nothing
};

/// Gives idle memory back to the system for about `budget_ns` nanoseconds at
/// most. True: there is more to do now.
bool maintain(std::uint64_t budget_ns) noexcept;

/// Whether requests do so in passing; they do until told otherwise. Without
/// them and without the background thread only maintain() does.
void purge_on_requests(bool wanted) noexcept;

/// One thread that maintains, asleep while nothing is idle. A child after fork
/// has none until it starts its own.
bool start_background_maintenance() noexcept;
void stop_background_maintenance() noexcept;

/// Bytes, each the sum at about this moment.
struct SpaceStats {
  std::size_t reserved;   ///< address space
  std::size_t committed;  ///< of it, usable so far
  std::size_t held;       ///< granules in use, caches and store included
  std::size_t dirty;      ///< not in use, pages not yet given back
  std::size_t purged;     ///< given back since the start, all in all
  std::size_t cached;     ///< in the caches of threads
  std::size_t stored;     ///< in the central store
  std::size_t metadata;   ///< address space for the page map and the like
  unsigned threads;       ///< that are alive and have a number
  std::size_t soft;       ///< the limits of TARN_LIMIT; 0: none
  std::size_t hard;
  std::size_t refusals;  ///< asks for granules beyond the hard one
};
[[nodiscard]] SpaceStats space_stats() noexcept;

}  // namespace v1
}  // namespace tarn
