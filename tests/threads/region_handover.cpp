// A region that is handed back and forth between two threads with an ordinary
// happens-before, of four kinds, trips no check and races with nothing: each
// thread finds what the other one wrote.
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory_resource>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

constexpr int rounds = 10'000;
constexpr int rounds_of_joins = 1'000;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "region_handover: %s: broken\n", what);
  std::abort();
}

// Each kind of turns lets thread 0 and thread 1 go by turns, 0 first.
class BySemaphore {
 public:
  void wait(int thread) { turn_[thread].acquire(); }
  void pass(int thread) { turn_[1 - thread].release(); }

 private:
  std::binary_semaphore turn_[2] = {std::binary_semaphore{1},
                                    std::binary_semaphore{0}};
};

class ByMutex {
 public:
  void wait(int thread) {
    std::unique_lock lock{lock_};
    has_passed_.wait(lock, [&] { return turn_ == thread; });
  }
  void pass(int thread) {
    const std::lock_guard lock{lock_};
    turn_ = 1 - thread;
    has_passed_.notify_one();
  }

 private:
  std::mutex lock_;
  std::condition_variable has_passed_;
  int turn_ = 0;
};

class ByAtomic {
 public:
  void wait(int thread) {
    while (turn_.load(std::memory_order_acquire) != thread)
      std::this_thread::yield();
  }
  void pass(int thread) { turn_.store(1 - thread, std::memory_order_release); }

 private:
  // Written by the thread whose turn it is; its release pairs with the acquire
  // of the one that waits.
  std::atomic<int> turn_{0};
};

// A region and what the last round left in it.
struct Shuttle {
  tarn::Region region{{.name = "shuttle"}};
  std::pmr::vector<int>* numbers = nullptr;
  unsigned char* block = nullptr;
  std::size_t size = 0;
  int ended = 0;

  static void end(void* p) noexcept { ++static_cast<Shuttle*>(p)->ended; }
};

void read_what_the_other_wrote(Shuttle& shuttle, int round) {
  const auto mark = static_cast<unsigned char>(round - 1);
  demand(shuttle.block[0] == mark && shuttle.block[shuttle.size - 1] == mark,
         "a block has the bytes that the other thread wrote");
  demand(shuttle.numbers->back() == round - 1, "and so has a container");
  demand(shuttle.region.owns(shuttle.block), "it is the region's");
}

void begin(Shuttle& shuttle) {
  shuttle.region.reset();
  shuttle.block = nullptr;
  shuttle.numbers = shuttle.region.make<std::pmr::vector<int>>();
  demand(shuttle.region.on_reset(Shuttle::end, &shuttle), "a cleanup");
}

// What a thread does with a region that the other one has just left.
void use(Shuttle& shuttle, int round) {
  constexpr int rounds_to_reset = 50;
  tarn::Region& region = shuttle.region;
  if (round != 0)
    read_what_the_other_wrote(shuttle, round);
  if (round % rounds_to_reset == 0)
    begin(shuttle);
  demand(shuttle.ended == round / rounds_to_reset, "a cleanup runs once");
  shuttle.numbers->push_back(round);
  if (round % 5 == 0)
    region.deallocate(shuttle.block, shuttle.size);
  shuttle.size = static_cast<std::size_t>(1000 + round % 17 * 2500);
  shuttle.block =
      static_cast<unsigned char*>(region.allocate_or_recycle(shuttle.size));
  demand(shuttle.block != nullptr, "a block on either thread");
  std::memset(shuttle.block, round, shuttle.size);
  const tarn::Mark mark = region.mark();
  demand(region.make_child()->make<std::vector<int>>(10u) != nullptr,
         "a child on either thread");
  region.rewind(mark);
}

template <class Turns>
void hand_over() {
  Turns turns;
  Shuttle shuttle;
  const auto play = [&](int thread) {
    for (int round = thread; round < rounds; round += 2) {
      turns.wait(thread);
      use(shuttle, round);
      turns.pass(thread);
    }
  };
  std::thread other{play, 1};
  play(0);
  other.join();
  demand(shuttle.region.check(), "check() holds");
}

void hand_over_to_threads_that_end() {
  Shuttle shuttle;
  for (int round = 0; round < rounds_of_joins; round += 2) {
    use(shuttle, round);
    std::thread{[&] { use(shuttle, round + 1); }}.join();
  }
  demand(shuttle.region.check(), "check() holds");
}

}  // namespace

int main() {
  hand_over<BySemaphore>();
  hand_over<ByMutex>();
  hand_over<ByAtomic>();
  hand_over_to_threads_that_end();
}
