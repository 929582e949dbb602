// EXPECT tarn: fault: free of 0x* into a buffer upstream: it does not lie in
// its buffer
#include "tarn/upstream.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  tarn::Loan loan = upstream.lend({.size = 512});
  loan.size = 2048;
  upstream.take_back(loan);
}
