// A program that has tarn_fixed.hpp and nothing else of tarn. Prints what the
// script expects.
#include "tarn_fixed.hpp"

#include <cstdio>

namespace {

constexpr std::size_t bytes =
    tarn::FixedHeap<tarn::half_fit>::required_bytes(4000, 256, 16);
alignas(16) std::byte buffer[bytes];

constinit tarn::FixedHeap<tarn::two_level, 4 * tarn::KiB> two;
constinit tarn::SlotPool<24, 10> slots;
constinit tarn::InterruptSlotPool<8, 4> shared;

unsigned slots_taken() {
  unsigned taken = 0;
  while (slots.allocate() != nullptr)
    ++taken;
  return taken;
}

}  // namespace

int main() {
  tarn::FixedHeap<tarn::half_fit> half{buffer};
  tarn::FixedHeap<> first{buffer};  // the buffer is taken from `half`
  void* const block = first.allocate(100);
  void* const other = two.allocate(300, 64);
  void* const third = shared.allocate();
  std::printf("%d %d %d %u %d\n", block != nullptr, other != nullptr,
              third != nullptr, slots_taken(), first.check() && two.check());
  first.deallocate(block);
  two.deallocate(other);
  shared.deallocate(third);
}
