// A thread gives back the lowest stretch and claims one again, which must be
// that one, however often another thread gives back a granule meanwhile.
#include "span/reservation.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using namespace tarn;
using namespace tarn::span;

constexpr int rounds = 1'000'000;

Reservation part;
std::atomic<bool> is_over{false};

void demand(bool holds, const char* sentence) {
  if (holds)
    return;
  std::fprintf(stderr, "%s: broken\n", sentence);
  std::abort();
}

// Leaves the first thread time to search, now and then.
void pause() {
  for (int i = 0; i < 300; ++i)
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

// The other granules of its stretch stay in use, so that nobody else can claim
// it as a whole.
void give_back_and_extend(std::byte* granule) {
  while (!is_over) {
    part.release(granule, 1);
    demand(part.extend(part.index_of(granule), 1), "what is free is had again");
    pause();
  }
}

}  // namespace

int main() {
  constexpr std::size_t size = 3 * stretch_size;
  demand(part.start(size, size + 1 * MiB), "a reservation");
  std::byte* const lowest = part.claim(stretch_granules);
  std::byte* const middle = part.claim(stretch_granules);
  std::byte* const highest = part.begin() + 2 * stretch_size;
  std::thread other([middle] { give_back_and_extend(middle); });
  for (int round = 0; round < rounds; ++round) {
    // The search for it begins behind the lowest from now on.
    demand(part.claim(stretch_granules) == highest, "the highest is free");
    part.release(highest, stretch_granules);
    part.release(lowest, stretch_granules);
    demand(part.claim(stretch_granules) == lowest, "the lowest is had first");
  }
  is_over = true;
  other.join();
  return 0;
}
