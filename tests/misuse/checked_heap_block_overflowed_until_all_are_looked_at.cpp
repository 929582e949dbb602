// CHECK full,exit=off
// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (24 bytes, the heap)
#include "tarn/checks.hpp"
#include "tarn/heap.hpp"

int main() {
  static_cast<char*>(tarn::default_heap().allocate(24))[24] = 1;
  static_cast<void>(tarn::check_all());
}
