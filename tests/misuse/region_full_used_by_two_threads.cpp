// EXPECT tarn: fault: region 'request' is confined to thread *, used by
// thread *
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

#include <atomic>
#include <thread>

int main() {
  tarn::Region region{{.name = "request"}};
  std::atomic<int> ready{0};
  const auto use = [&] {
    ++ready;
    while (ready < 2) {
    }
    for (int i = 0; i < 1000000; ++i)
      if (region.allocate(8) == nullptr)
        region.reset();
  };
  std::thread other{use};
  use();
  other.join();
}
