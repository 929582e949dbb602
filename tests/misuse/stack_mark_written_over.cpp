// EXPECT tarn: fault: a double-ended stack was written to at or before 0x*
#include "tarn/double_ended_stack.hpp"

#include <cstring>

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::DoubleEndedStack stack{buffer};
  const auto older = stack.high().mark();
  static_cast<void>(stack.high().allocate(32));
  static_cast<void>(stack.high().mark());
  void* const block = stack.high().allocate(32);
  std::memset(block, 'x', 48);
  stack.high().rewind(older);
}
