// The mode of fixed pools that can be looked at. A program that has no others
// gets what reads the environment with it.
#include "port/fixed_mode.hpp"

#include "check/modes.hpp"
#include "port/check_mode.hpp"

namespace tarn::port {

CheckMode fixed_mode(CheckMode asked) noexcept {
  check::begin();
  return mode_of(asked);
}

}  // namespace tarn::port
