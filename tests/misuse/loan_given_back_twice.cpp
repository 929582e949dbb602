// EXPECT tarn: fault: free of 0x* into a buffer upstream: it is free already
#include "tarn/upstream.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  const tarn::Loan loan = upstream.lend({.size = 128});
  upstream.take_back(loan);
  upstream.take_back(loan);
}
