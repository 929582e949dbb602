// EXPECT tarn: fault: a PerThread used after its end
#include "tarn/per_thread.hpp"

#include <optional>
#include <thread>

namespace {

std::optional<tarn::PerThread<tarn::Region>> set;

// Ended by main, whose own pool it asks for.
void come_again(void*) noexcept {
  (void)set->local();
}

}  // namespace

int main() {
  set.emplace();
  std::thread{[] { (void)(*set)->on_reset(come_again, nullptr); }}.join();
  set.reset();
}
