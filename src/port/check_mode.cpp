#include "port/check_mode.hpp"

#include "port/region_hooks.hpp"

namespace tarn {
namespace {

// What check_mode() answers: somebody else may have pools looked at.
constinit std::atomic<CheckMode> mode_said{CheckMode::off};

}  // namespace

inline namespace v1 {

void set_check_mode(CheckMode mode) noexcept {
  const CheckMode now = mode == CheckMode::of_process ? CheckMode::off : mode;
  mode_said.store(now, std::memory_order_relaxed);
  if (port::pools_are_shadowed.load(std::memory_order_relaxed))
    return;
  port::mode_of_process.store(now, std::memory_order_relaxed);
  port::regions_ask.store(port::is_full(now)          ? port::RegionsAsk::all
                          : now == CheckMode::sampled ? port::RegionsAsk::some
                                                      : port::RegionsAsk::none,
                          std::memory_order_relaxed);
}

CheckMode check_mode() noexcept {
  return mode_said.load(std::memory_order_relaxed);
}

}  // namespace v1
}  // namespace tarn
