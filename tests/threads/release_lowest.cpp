// Two threads give back two stretches at the same moment: whichever comes last,
// the lowest address is claimed first.
#include "span/reservation.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using namespace tarn;
using namespace tarn::span;

constexpr unsigned rounds = 20'000;

Reservation part;
std::byte* lowest = nullptr;
std::byte* next = nullptr;
// Rounds that have begun, and that the other thread has done.
std::atomic<unsigned> begun{0};
std::atomic<unsigned> done{0};

void stop(const char* sentence) {
  std::fprintf(stderr, "%s\n", sentence);
  std::abort();
}

void wait_for(const std::atomic<unsigned>& count, unsigned wanted) {
  for (unsigned tries = 1; count.load() != wanted; ++tries)
    if (tries % 1000 == 0)
      std::this_thread::yield();
}

void claim_both() {
  if (part.claim(stretch_granules) != lowest)
    stop("what was claimed first was not the lowest");
  if (part.claim(stretch_granules) != next)
    stop("what was claimed then was not the next");
}

}  // namespace

int main() {
  constexpr std::size_t size = 2 * stretch_size;
  if (!part.start(size, size + 1 * MiB))
    stop("no reservation");
  lowest = part.begin();
  next = lowest + stretch_size;
  claim_both();
  std::thread other([] {
    for (unsigned round = 1; round <= rounds; ++round) {
      wait_for(begun, round);
      part.release(next, stretch_granules, 0);
      done = round;
    }
  });
  for (unsigned round = 1; round <= rounds; ++round) {
    begun = round;
    part.release(lowest, stretch_granules, 0);
    wait_for(done, round);
    claim_both();
  }
  other.join();
  return 0;
}
