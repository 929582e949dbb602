// EXPECT tarn: fault: rewind of a double-ended stack to a stale mark
// (generation 2, now 3)
#include "tarn/double_ended_stack.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::DoubleEndedStack stack{buffer};
  const auto older = stack.high().mark();
  static_cast<void>(stack.high().allocate(96));
  const auto younger = stack.high().mark();
  stack.high().rewind(older);
  static_cast<void>(stack.high().allocate(96));
  // The record of this one lies where the stale one's did.
  static_cast<void>(stack.high().mark());
  stack.high().rewind(younger);
}
