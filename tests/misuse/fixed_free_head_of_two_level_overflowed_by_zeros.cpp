// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "support/forged.hpp"

int main() {
  return tarn::test::allocate_after_overflow<tarn::two_level>(
      [](std::byte* head) { std::memset(head, 0, 8); });
}
