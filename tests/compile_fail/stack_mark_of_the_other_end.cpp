// EXPECT cannot convert
// EXPECT no known conversion
// EXPECT no viable conversion
// EXPECT no matching
#include "tarn/double_ended_stack.hpp"

int main() {
  static std::byte buffer[64];
  tarn::DoubleEndedStack stack{buffer};
#ifdef TARN_ACCEPT
  stack.low().rewind(stack.low().mark());
#else
  stack.low().rewind(stack.high().mark());
#endif
}
