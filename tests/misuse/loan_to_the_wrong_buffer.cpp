// EXPECT tarn: fault: free of 0x* into a buffer upstream: it does not lie in *
#include "tarn/upstream.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  alignas(16) static std::byte other[1024];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  upstream.take_back({other, sizeof other});
}
