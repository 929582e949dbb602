// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (48 bytes, slot pool)
// CHECK full
// ONLY linux
#include "tarn/checked_fixed.hpp"

// Those of other places are not looked at: nobody says when they end.
int main() {
  static constinit tarn::Checked<tarn::SlotPool<48, 4>> slots;
  tarn::Checked<tarn::SlotPool<48, 4>> others;
  auto* const block = static_cast<std::byte*>(slots.allocate());
  auto* const other = static_cast<std::byte*>(others.allocate());
  other[48] = std::byte{1};
  tarn::check_all();
  other[48] = std::byte{0xfa};
  others.deallocate(other);
  block[48] = std::byte{1};
  tarn::check_all();
}
