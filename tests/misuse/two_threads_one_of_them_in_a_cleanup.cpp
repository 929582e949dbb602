// EXPECT tarn: fault: region 'r' is confined to thread *, used by thread *
// ONLY dev
#include "tarn/region.hpp"

#include <semaphore>
#include <thread>

namespace {

std::binary_semaphore entered{0};
std::binary_semaphore never{0};

void stay(void*) noexcept {
  entered.release();
  never.acquire();
}

}  // namespace

int main() {
  tarn::Region region{{.name = "r"}};
  if (!region.on_reset(stay, nullptr))
    return 1;
  const std::thread first{[&region] { region.reset(); }};
  entered.acquire();
  return static_cast<bool>(region.mark());
}
