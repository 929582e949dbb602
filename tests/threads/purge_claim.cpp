// A space that is just large enough for what is asked, while another thread
// purges without pause: what a purge holds for a moment must not make a claim
// fail, and what is claimed must not be purged.
#include "span/reservation.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using namespace tarn;
using namespace tarn::span;

constexpr std::size_t stretches = 16;
constexpr std::size_t granules = stretches * stretch_granules;
constexpr int rounds = 300;

Reservation part;
std::atomic<bool> is_over{false};

void stop(const char* sentence) {
  std::fprintf(stderr, "%s\n", sentence);
  std::abort();
}

// Pages stay away, so that the purge has most of the time to be in the way.
void use(std::byte* memory, std::size_t count, unsigned round) {
  if (memory == nullptr)
    stop("a claim failed for what was being purged");
  const std::size_t first = part.index_of(memory);
  part.describe(first, count, Use::large, 1, round % 1000);
  for (std::size_t i = 0; i < count; i += 61)
    memory[i * granule_size] = std::byte{1};
  std::this_thread::yield();
  for (std::size_t i = 0; i < count; i += 61)
    if (memory[i * granule_size] != std::byte{1} ||
        part.descriptor(first + i).owner() != round % 1000)
      stop("what was claimed was purged");
  part.describe_free(first, count);
  part.release(memory, count);
}

}  // namespace

int main() {
  const std::size_t size = stretches * stretch_size;
  if (!part.start(size, size + 1 * MiB))
    stop("no reservation");
  std::size_t purged = 0;
  std::thread purger([&purged] {
    while (!is_over.load()) {
      purged += part.purge(0, stretches, 0, 0);
      part.purge_metadata(0, stretches);
    }
  });
  for (unsigned round = 0; round < rounds; ++round) {
    use(part.claim(granules), granules, round);
    std::byte* all[stretches];
    for (std::byte*& memory : all)
      if ((memory = part.claim(stretch_granules)) == nullptr)
        stop("a claim failed for what was being purged");
    for (std::byte* const memory : all)
      use(memory, stretch_granules, round);
  }
  is_over = true;
  purger.join();
  std::printf("purged %zu granules meanwhile\n", purged / granule_size);
  return purged != 0 ? 0 : 1;
}
