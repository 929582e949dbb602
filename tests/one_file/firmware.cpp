// A program without any library: a heap, slots and what a board defines. With
// OWN_FAULTS its faults end in a function of its own.
#include "tarn_fixed.hpp"

namespace {

tarn::FixedHeap<tarn::half_fit, 4 * tarn::KiB> heap;
tarn::SlotPool<32, 16> slots;

}  // namespace

extern "C" {

int firmware();
int firmware() {
  void* const block = heap.allocate(100);
  void* const slot = slots.allocate();
  slots.deallocate(slot);
  heap.deallocate(block);
  return block != nullptr && slot != nullptr;
}

#ifdef OWN_FAULTS
void tarn_on_fault(const tarn_finding*) {
  for (;;) {
  }
}
#else
void tarn_write_error(const char*, std::size_t) {}
void tarn_abort() {
  for (;;) {
  }
}
#endif

void* memset(void* to, int byte, std::size_t size) {
  auto* out = static_cast<volatile char*>(to);
  for (; size != 0; --size)
    *out++ = static_cast<char>(byte);
  return to;
}

void* memcpy(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<volatile char*>(to);
  const auto* in = static_cast<const char*>(from);
  for (; size != 0; --size)
    *out++ = *in++;
  return to;
}
}
