// EXPECT tarn: fault: region 'r' is confined: thread * is inside, thread * came
// ONLY dev
#include "tarn/region.hpp"

#include <semaphore>
#include <thread>

namespace {

// Keeps the first thread inside its region until the process ends.
class Trap final : public tarn::Upstream {
 public:
  tarn::Loan lend(const tarn::Ask&) noexcept override {
    entered.release();
    never.acquire();
    return {};
  }
  void take_back(tarn::Loan) noexcept override {}

  std::binary_semaphore entered{0};
  std::binary_semaphore never{0};
};

}  // namespace

int main() {
  Trap trap;
  tarn::Region region{trap, {.name = "r"}};
  tarn::Region other{trap};
  const std::thread first{[&region] { (void)region.allocate(8); }};
  trap.entered.acquire();
  return other.merge(region);
}
