// A region that is handed back and forth between two threads with an ordinary
// happens-before trips no check and races with nothing; what is detached on one
// thread is attached on the other.
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory_resource>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

constexpr int rounds = 2000;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "region_handover: %s: broken\n", what);
  std::abort();
}

// Two threads take turns.
struct Turns {
  std::binary_semaphore mine{1};
  std::binary_semaphore yours{0};
};

// What a thread does with a region that the other one has just left.
void use(tarn::Region& region, std::pmr::vector<int>& numbers, int round) {
  numbers.push_back(round);
  demand(numbers.size() == static_cast<std::size_t>(round % 100) + 1,
         "a container grows on either thread");
  auto* const block =
      static_cast<unsigned char*>(region.allocate(1000 + round % 50000));
  demand(block != nullptr, "a block on either thread");
  std::memset(block, round, 1000);
  const tarn::Mark mark = region.mark();
  (void)region.make_child()->make<std::vector<int>>(10u);
  region.rewind(mark);
  demand(region.check(), "check() holds");
}

void hand_over_in_turns() {
  Turns turns;
  tarn::Region region{{.name = "shuttle"}};
  auto* numbers = region.make<std::pmr::vector<int>>();
  const auto play = [&](std::binary_semaphore& wait,
                        std::binary_semaphore& next, int first) {
    for (int round = first; round < rounds; round += 2) {
      wait.acquire();
      use(region, *numbers, round);
      if (round % 100 == 99) {
        region.reset();
        numbers = region.make<std::pmr::vector<int>>();
      }
      next.release();
    }
  };
  std::thread other{[&] { play(turns.yours, turns.mine, 1); }};
  play(turns.mine, turns.yours, 0);
  other.join();
}

// One thread fills regions and detaches, the other attaches and reads.
void detach_here_attach_there() {
  Turns turns;
  std::optional<tarn::DetachedRegion> parcel;
  int* number = nullptr;
  std::thread other{[&] {
    tarn::Region all;
    for (int round = 0; round < rounds; ++round) {
      turns.yours.acquire();
      demand(all.attach(std::move(*parcel)), "attach on another thread");
      parcel.reset();
      demand(*number == round, "what was detached keeps its bytes");
      demand(all.owns(number), "what was attached is owned");
      if (round % 64 == 63)
        all.reset();
      turns.mine.release();
    }
  }};
  tarn::Region region;
  for (int round = 0; round < rounds; ++round) {
    turns.mine.acquire();
    number = region.make<int>(round);
    (void)region.make<std::vector<int>>(10u);
    (void)region.allocate(round % 3 == 0 ? 100000 : 100);
    parcel.emplace(region.detach());
    demand(region.held() == 0, "a detached region leaves nothing");
    turns.yours.release();
  }
  other.join();
}

}  // namespace

int main() {
  hand_over_in_turns();
  detach_here_attach_there();
}
