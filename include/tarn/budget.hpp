// budget.hpp - a limit on what pools may hold, with a name.
//
// A Budget is an upstream that passes on to another one, counts what passes and
// refuses what would exceed its limit. Budgets nest: a tenant's inside a
// server's. A part of the limit can be kept as headroom for urgent asks (those
// of cleanups), so that ending what has begun always works.
//
//     tarn::Budget server{"server", 512 * tarn::MiB};
//     tarn::Budget tenant{"tenant 7", 64 * tarn::MiB, server};
//     tarn::Region job{tenant};
//
// Cost     two atomic operations on a line of this thread's own per chunk. The
//          shared count is touched once per batch: a thread draws credit ahead,
//          and gives back what it holds when another thread would be refused.
// Threads  shared.
// Failure  beyond the limit: an empty Loan, counted in refusals().
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include <atomic>

namespace tarn {
inline namespace v1 {

class Budget;

/// Called before a budget refuses `size` bytes, by its own limit or since its
/// upstream refused, on the thread that asks and with no lock held: it gives
/// back what it can, and says whether to try once more. It may use any pool but
/// the region or heap that asks; so may destructors that it has run, which
/// therefore use none over such a budget. Several threads may be in it at once.
/// A thread that is in it is refused without another call, on a board whoever
/// comes meanwhile, too; and so is an urgent ask.
using BudgetShort = bool (*)(Budget& budget, std::size_t size,
                             void* with) noexcept;

struct BudgetOptions {
  /// Bytes of the limit that only urgent asks may use.
  std::size_t headroom = 0;
  BudgetShort on_short = nullptr;  ///< null: refused at once
  void* with = nullptr;            ///< what it is told
};

class Budget final : public Upstream {
 public:
  /// Limits what is lent through it to `limit` bytes. The name is copied (at
  /// most 31 bytes of it). `upstream` must outlive the budget.
  Budget(const char* name, std::size_t limit,
         Upstream& upstream = system_upstream(),
         BudgetOptions options = {}) noexcept;
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  [[nodiscard]] Loan lend(const Ask& ask) noexcept override;
  void take_back(Loan loan) noexcept override;

  [[nodiscard]] const char* name() const noexcept { return name_; }
  [[nodiscard]] std::size_t limit() const noexcept;

  /// Changes the limit. What is held beyond a lower one stays; nothing more is
  /// lent until enough has come back.
  void set_limit(std::size_t limit) noexcept;

  /// Bytes now lent through it. Any thread may ask; while others lend, the
  /// answer is some value between before and after.
  [[nodiscard]] std::size_t held() const noexcept;

  /// The most that the budget ever charged, credit drawn ahead included.
  [[nodiscard]] std::size_t high_water() const noexcept;

  /// How many asks were refused, by this limit or by the upstream.
  [[nodiscard]] std::size_t refusals() const noexcept;

  /// True while every invariant holds. Only while no other thread uses it.
  [[nodiscard]] bool check() const noexcept;

 private:
  static constexpr std::size_t slots = 16;

  // Credit that the threads of one index may still lend without touching
  // `charged_`. Two lines each, which processors fetch as a pair.
  struct alignas(128) Slot {
    std::atomic<std::size_t> credit{0};
  };

  [[nodiscard]] Loan try_lend(const Ask& ask) noexcept;
  [[nodiscard]] bool relieve(const Ask& ask) noexcept;
  [[nodiscard]] std::size_t batch() const noexcept;
  bool draw(std::size_t size, bool urgent) noexcept;
  bool gather(std::size_t size, bool urgent) noexcept;
  bool charge(std::size_t size, bool urgent) noexcept;
  void put_back(std::size_t size) noexcept;
  std::size_t recall() noexcept;

  // Read by every ask, written hardly ever.
  std::atomic<std::size_t> limit_;
  std::size_t headroom_;
  Upstream* upstream_;
  BudgetShort on_short_;
  void* with_;
  char name_[32];

  // Invariant: charged_ == held() + the sum of all credit.
  Slot slots_[slots];
  alignas(128) std::atomic<std::size_t> charged_{0};
  std::atomic<std::size_t> high_water_{0};
  std::atomic<std::size_t> refusals_{0};
  // Only on a board: somebody is in on_short. It orders nothing.
  std::atomic<std::uint32_t> is_short_{0};  // a word: RV32 swaps no byte
  // Set while a thread draws ahead or calls back; see budget.cpp.
  std::atomic_flag is_drawing_ = ATOMIC_FLAG_INIT;
};

}  // namespace v1
}  // namespace tarn
