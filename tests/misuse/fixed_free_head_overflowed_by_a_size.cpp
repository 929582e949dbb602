// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "support/forged.hpp"

int main() {
  return tarn::test::allocate_after_overflow<tarn::two_level>(
      [](std::byte* head) {
        // Within the heap, and over the wall.
        const std::uint32_t size = 300;
        std::memcpy(head + 4, &size, sizeof size);
      });
}
