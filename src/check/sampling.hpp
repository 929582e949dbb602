// sampling.hpp - how much of the program's time `sampled` may take, and takes.
//
// What the sampler does is timed, and taken from a credit that grows with time:
// by default half a percent of it. The credit never holds more than some
// 64 samples cost, which is what a process begins with and pays back; so a
// program that idled is not slowed down for it later.
//
// Cost     may_sample: a load, and a look at the coarse clock where there is no
//          credit. Spending: two looks at the exact one.
// Threads  shared: all counts are of the process, and order nothing.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/process.hpp"
#include "port/sample_hooks.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn::check {

/// Of one kind of those that are drawn from.
struct Draws {
  std::uint64_t samples = 0;  ///< that were guarded
  std::uint64_t came = 0;     ///< 0 for objects, which nobody counts

  /// How likely a bug is found, from 0 to 1, that so many of the kind have:
  /// each is as likely to be drawn as any.
  [[nodiscard]] double odds(std::uint64_t hits) const noexcept;
};

/// Since the process began.
struct Sampling {
  Draws of[static_cast<unsigned>(port::DrawOf::kinds)];
  std::uint64_t declined = 0;  ///< drawn, but there was no slot or no memory
  std::uint64_t spent = 0;     ///< nanoseconds of the sampler
  std::uint64_t elapsed = 0;   ///< nanoseconds since the first draw
  std::uint32_t budget = 0;    ///< millionths of the time
  std::uint32_t live = 0;      ///< guarded blocks in use

  [[nodiscard]] const Draws& draws(port::DrawOf kind) const noexcept {
    return of[static_cast<unsigned>(kind)];
  }
  /// Of all kinds.
  [[nodiscard]] Draws all() const noexcept;
};
[[nodiscard]] Sampling sampling() noexcept;

/// Millionths of the time; 1 000 000: no limit, and every draw hits.
void set_sampling_budget(std::uint32_t millionths) noexcept;

/// Reads what TARN_CHECK says of it: `budget=0.5`, in percent, or `every`.
/// False: it is neither.
[[nodiscard]] bool read_sampling(const char* text, std::size_t size,
                                 std::uint32_t& millionths) noexcept;

/// Whether a draw hits; so many came and went since the pool's last one, 0
/// where nobody counted them.
[[nodiscard]] bool may_sample(port::DrawOf kind, std::uint32_t came) noexcept;

/// From now on there are object pools to draw from: what a clock that strikes
/// anywhere in the process has their threads come by for.
void strike_objects_too() noexcept;

/// Whether more was taken than time has earned by now.
[[nodiscard]] bool is_overspent() noexcept;

/// Every draw hits, and each block is drawn. For tests.
[[nodiscard]] inline bool samples_all() noexcept {
  return port::are_all_drawn();
}

void count_sample(port::DrawOf kind, bool is_declined) noexcept;

/// Millionths of the time.
[[nodiscard]] std::uint32_t sampling_budget() noexcept;
/// Nanoseconds that were not measured.
void spend(std::uint64_t took) noexcept;

/// Hard to tell beforehand, not secret.
[[nodiscard]] std::uint32_t random_word() noexcept;

/// Takes the time of a scope from the credit.
class Spending {
 public:
  Spending() noexcept : begun_(os::exact_now()) {}
  Spending(const Spending&) = delete;
  Spending& operator=(const Spending&) = delete;
  ~Spending();

 private:
  std::uint64_t begun_;
};

/// So many pages are the program's to touch first, which it would not be but
/// for the sampler: takes what that costs from the credit.
void spend_on_pages(std::size_t pages) noexcept;
/// Whether a page costs more to be touched first than to be asked for, as where
/// a virtual machine keeps page tables of its own.
[[nodiscard]] bool are_pages_dear() noexcept;

/// Calls a function and takes its time from the credit.
template <auto function>
struct Timed;
template <class Result, class... Arguments,
          Result (*function)(Arguments...) noexcept>
struct Timed<function> {
  static Result call(Arguments... arguments) noexcept {
    const Spending spending;
    return function(arguments...);
  }
};

/// Fills port's table. Before the first mode is set.
void install_sampling() noexcept;

}  // namespace tarn::check
