// Who reserves from a pool of C while another thread acquires gets what there
// is memory for, also where that one takes the slot that was about to be its.
#include "tarn/tarn.h"

#include <atomic>
#include <thread>

namespace {

constexpr int pools = 3000;
constexpr std::size_t objects = 2;
// Enough to be in the way of a reserve that runs beside it, and few for one
// that waits for a processor.
constexpr int most_tries = 200;
// A slab holds one, so that each slot is the last one.
constexpr std::size_t size = std::size_t{60} * 1024;

tarn_object_pool pool;
// Odd: there is a pool for both; even: the other thread is out of it. Who waits
// for it sleeps: where much else runs, one that yields waits for long.
std::atomic<int> turn{0};
std::atomic<bool> is_used{false};
std::atomic<bool> is_over{false};

bool construct(void* object) {
  *static_cast<int*>(object) = 1;
  return true;
}

void pass_turn() {
  ++turn;
  turn.notify_one();
}

void acquire_and_release() {
  void* all[objects];
  for (int i = 1; i < 2 * pools; i += 2) {
    turn.wait(i - 1);
    for (int tries = 0; tries < most_tries && !is_over; ++tries) {
      const std::size_t count =
          tarn_object_pool_acquire_many(&pool, objects, all);
      tarn_object_pool_release_many(&pool, all, count);
      tarn_object_pool_reap(&pool);
      is_used = true;
      is_used.notify_one();
    }
    pass_turn();
  }
}

}  // namespace

int main() {
  std::thread other{acquire_and_release};
  int refused = 0;
  tarn_object_pool_options options{};
  options.construct = construct;
  options.without_magazines = true;
  for (int i = 1; i < 2 * pools; i += 2) {
    tarn_object_pool_init(&pool, size, &options);
    is_over = is_used = false;
    pass_turn();
    is_used.wait(false);
    refused += tarn_object_pool_reserve(&pool, objects) ? 0 : 1;
    is_over = true;
    turn.wait(i);
    tarn_object_pool_destroy(&pool);
  }
  other.join();
  return refused == 0 ? 0 : 1;
}
