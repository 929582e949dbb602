// EXPECT tarn: fault: rewind of a double-ended stack to a stale mark
// (generation 2, now 2)
#include "tarn/double_ended_stack.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::DoubleEndedStack stack{buffer};
  const auto older = stack.low().mark();
  static_cast<void>(stack.low().allocate(100));
  const auto younger = stack.low().mark();
  stack.low().rewind(older);
  static_cast<void>(stack.low().allocate(300));
  stack.low().rewind(younger);
}
