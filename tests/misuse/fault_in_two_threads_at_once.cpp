// EXPECT tarn: fault: alignment 3 is not a power of two
// EXPECT tarn: fault: alignment 3 is not a power of two
#include "tarn/region.hpp"

#include <latch>
#include <thread>

namespace {

std::latch both_told{2};

void wait_for_the_other(tarn::Fault, const char*) noexcept {
  both_told.arrive_and_wait();
}

void misuse() {
  tarn::Region region;
  (void)region.allocate(8, 3);
}

}  // namespace

int main() {
  tarn::set_fault_handler(wait_for_the_other);
  std::thread other{misuse};
  misuse();
  other.join();
}
