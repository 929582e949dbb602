#include "check/sweep.hpp"

#include "tarn/checks.hpp"

#include "check/leaks.hpp"
#include "check/modes.hpp"
#include "check/report.hpp"
#include "port/check_mode.hpp"

#include <atomic>

namespace tarn {
namespace check {
namespace {

constexpr unsigned most_sweepers = 8;

// Written once each, from the first on: the release pairs with the acquire of
// sweep_all.
constinit std::atomic<Sweeper> sweepers[most_sweepers] = {};

// After the program's own destructors, since it was there before them, and
// before the counts of told.cpp.
constexpr int behind_others = 103;

[[gnu::destructor(behind_others)]] void sweep_at_exit() noexcept {
  if (!port::is_full(check_mode()) || settings().no_exit)
    return;
  const AtExit ending;
  static_cast<void>(sweep_all());
  tell_leaks(settings().leaks ? ForgottenBlocks::told
                              : ForgottenBlocks::counted);
}

}  // namespace

bool add_sweeper(Sweeper sweeper) noexcept {
  for (std::atomic<Sweeper>& place : sweepers) {
    Sweeper known = nullptr;
    if (place.compare_exchange_strong(known, sweeper, std::memory_order_acq_rel,
                                      std::memory_order_acquire) ||
        known == sweeper)
      return true;
  }
  return false;
}

std::size_t sweep_all() noexcept {
  std::size_t told = 0;
  for (const std::atomic<Sweeper>& place : sweepers)
    if (const Sweeper sweep = place.load(std::memory_order_acquire))
      told += sweep();
  return told;
}

}  // namespace check

inline namespace v1 {

std::size_t check_all() noexcept {
  return check::sweep_all();
}

}  // namespace v1
}  // namespace tarn
