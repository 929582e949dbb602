#include "port/check_mode.hpp"

#include "port/region_hooks.hpp"

namespace tarn {
inline namespace v1 {

void set_check_mode(CheckMode mode) noexcept {
  const CheckMode now = mode == CheckMode::of_process ? CheckMode::off : mode;
  port::mode_of_process.store(now, std::memory_order_relaxed);
  const bool asks_all = port::is_full(now) || port::regions_are_shadowed.load(
                                                  std::memory_order_relaxed);
  port::regions_ask.store(asks_all                    ? port::RegionsAsk::all
                          : now == CheckMode::sampled ? port::RegionsAsk::some
                                                      : port::RegionsAsk::none,
                          std::memory_order_relaxed);
}

CheckMode check_mode() noexcept {
  return port::mode_of_process.load(std::memory_order_relaxed);
}

}  // namespace v1
}  // namespace tarn
