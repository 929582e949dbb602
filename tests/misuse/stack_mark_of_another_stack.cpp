// EXPECT tarn: fault: rewind of a double-ended stack to a stale mark
// (generation 1, now 1)
#include "tarn/double_ended_stack.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::DoubleEndedStack one{std::span{buffer}.first(512)};
  tarn::DoubleEndedStack other{std::span{buffer}.last(512)};
  static_cast<void>(one.low().mark());
  one.low().rewind(other.low().mark());
}
