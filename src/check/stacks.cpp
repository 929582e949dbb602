#include "check/stacks.hpp"

namespace tarn::check {

StackId capture_stack() noexcept {
  return 0;
}

Stack stack_of(StackId) noexcept {
  return {nullptr, 0};
}

}  // namespace tarn::check
