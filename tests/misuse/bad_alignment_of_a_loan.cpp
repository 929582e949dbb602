// EXPECT tarn: fault: alignment 48 is not a power of two
#include "tarn/upstream.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  return upstream.lend({.size = 16, .align = 48}).memory != nullptr;
}
