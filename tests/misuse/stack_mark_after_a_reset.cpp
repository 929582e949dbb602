// EXPECT tarn: fault: rewind of a double-ended stack to a stale mark
// (generation 1, now 1)
#include "tarn/double_ended_stack.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::DoubleEndedStack stack{buffer};
  const auto mark = stack.low().mark();
  stack.reset();
  stack.low().rewind(mark);
}
