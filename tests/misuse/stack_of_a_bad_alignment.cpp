// EXPECT tarn: fault: alignment 24 is not a power of two
#include "tarn/double_ended_stack.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::DoubleEndedStack stack{buffer};
  static_cast<void>(stack.high().allocate(8, 24));
}
