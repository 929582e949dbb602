// limit.hpp - the most memory that the whole process may have of tarn.
//
// TARN_LIMIT in the environment says it, before the first granule is lent:
//
//     TARN_LIMIT=400M,500M    soft, hard: what is said at `read`
//     TARN_LIMIT=cgroup       what the control group may have
//
// What is counted are granules in use, as `held` of space_stats() has them.
// Beyond the soft limit what idles goes back to the system at once; beyond the
// hard one no granule is lent. A part of it is kept for the time after: who has
// given up opens this reserve to runs of one granule, so that an exception can
// be thrown and a message be written; it closes when twice as much has come
// back.
//
// Cost     a load for each run of granules; with a limit, that of a Budget.
// Threads  shared.
// Failure  charge() refuses; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

namespace tarn::span {

struct Limits {
  std::size_t soft = no_limit;
  std::size_t hard = no_limit;
};

/// What a text asks for: `soft,hard`; `hard` alone, with seven eighths of it as
/// soft; `soft,` alone; `cgroup`. Null, or why it is nonsense.
[[nodiscard]] const char* read(const char* text, Limits& limits) noexcept;

/// Takes so many granules from what may be lent.
[[nodiscard]] bool charge(std::size_t granules) noexcept;
void discharge(std::size_t granules) noexcept;

/// Somebody is told that there is no memory for blocks of this kind, a size
/// class or large ones; all that was kept is used up. The reserve opens, but
/// not to blocks of this kind: who asks again, as operator new does and whoever
/// leaks, would have it used up before an exception is made.
void open_reserve(unsigned kind) noexcept;
inline constexpr unsigned kinds = 128;
inline constexpr unsigned large_kind = 0;

/// While it lives this thread asks for blocks of that kind.
class Asking {
 public:
  explicit Asking(unsigned kind) noexcept;
  ~Asking();
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
};

/// How many bytes may idle with their pages where `used` are in use; at most
/// `otherwise`.
[[nodiscard]] std::size_t most_dirty(std::size_t used,
                                     std::size_t otherwise) noexcept;

/// Whether more is in use than the soft limit.
[[nodiscard]] bool is_pressed() noexcept;

/// Whether there is a hard limit, which what is kept may stand in the way of.
[[nodiscard]] bool is_limited() noexcept;

/// The limits that hold; reads them if nobody has.
[[nodiscard]] Limits limits() noexcept;
[[nodiscard]] std::size_t refusals() noexcept;

void lock_limit_for_fork() noexcept;
void unlock_limit_after_fork() noexcept;

}  // namespace tarn::span
