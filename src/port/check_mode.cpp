#include "port/check_mode.hpp"

namespace tarn {
inline namespace v1 {

void set_check_mode(CheckMode mode) noexcept {
  port::mode_of_process.store(
      mode == CheckMode::of_process ? CheckMode::off : mode,
      std::memory_order_relaxed);
}

CheckMode check_mode() noexcept {
  return port::mode_of_process.load(std::memory_order_relaxed);
}

}  // namespace v1
}  // namespace tarn
