// EXPECT ambiguous
// EXPECT inaccessible
// EXPECT is private
// EXPECT no member named 'allocate'
// EXPECT no member
#include "tarn/double_ended_stack.hpp"

int main() {
  static std::byte buffer[64];
  tarn::DoubleEndedStack stack{buffer};
#ifdef TARN_ACCEPT
  return stack.low().allocate(8) == nullptr;
#else
  return stack.allocate(8) == nullptr;
#endif
}
