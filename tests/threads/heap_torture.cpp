// Eight threads, then thirty-two, that do all there is to do with blocks of any
// size, change blocks among each other and look at what is in them, while the
// process forks: every child goes on with the blocks of its parent.
//
//     heap_torture [ROUNDS]     a round: so many steps in all
// ALONE
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;

constexpr unsigned steps_of_a_round = 1'500'000;
constexpr unsigned most_own = 300;  // blocks that a thread has at a time
constexpr unsigned exchange = 128;  // places where blocks change threads
constexpr unsigned forks_of_a_round = 12;

/// What stands at the beginning of a block; behind it, bytes that follow from
/// it.
struct Head {
  std::uint64_t size;
  std::uint64_t mark;
};

std::atomic<Head*> places[exchange] = {};
std::atomic<unsigned> running{0};

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  // Vigna's xorshift64*, 2016.
  std::uint32_t operator()() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>(state_ * 0x2545F4914F6CDD1D >> 32);
  }

 private:
  std::uint64_t state_;
};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

std::size_t some_size(Random& random) {
  const std::uint32_t kind = random() % 1000;
  const std::size_t most = kind < 700   ? 256
                           : kind < 940 ? 4096
                           : kind < 995 ? 40'000
                                        : 300'000;
  return sizeof(Head) + random() % most;
}

// Eight bytes in every so many, and the last ones.
template <class Action>
void for_words(Head* block, std::size_t size, Action action) {
  auto* const bytes = reinterpret_cast<unsigned char*>(block);
  const std::size_t step = size < 512 ? 8 : 248;
  for (std::size_t i = sizeof(Head); i + 16 <= size; i += step)
    action(bytes + i, i);
  if (size >= sizeof(Head) + 8)
    action(bytes + size - 8, size);
}

Head* fill(void* p, std::size_t size, std::uint64_t mark) {
  if (p == nullptr)
    fail("no memory");
  auto* const block = static_cast<Head*>(p);
  *block = {size, mark};
  for_words(block, size, [mark](unsigned char* at, std::size_t i) {
    const std::uint64_t word = mark ^ i;
    std::memcpy(at, &word, sizeof word);
  });
  return block;
}

void check(Head* block, std::size_t size) {
  const std::uint64_t mark = block->mark;
  for_words(block, size, [mark](const unsigned char* at, std::size_t i) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if (word != (mark ^ i))
      fail("a block's bytes have changed");
  });
}

void deallocate(Head* block) {
  if (block == nullptr)
    return;
  check(block, block->size);
  default_heap().deallocate(block);
}

Head* allocate(Random& random) {
  const std::size_t size = some_size(random);
  const std::uint64_t mark = random() * std::uint64_t{0x9E3779B97F4A7C15};
  Heap& heap = default_heap();
  switch (random() % 8) {
    case 0: {
      const std::size_t align = std::size_t{16} << random() % 10;
      void* const block = heap.allocate(size, align);
      if (reinterpret_cast<std::uintptr_t>(block) % align != 0)
        fail("a block is not aligned");
      return fill(block, size, mark);
    }
    case 1: {
      auto* const block =
          static_cast<unsigned char*>(heap.allocate_zeroed(size));
      for (std::size_t i = 0; i < size; i += i < 256 ? 1 : 251)
        if (block[i] != 0)
          fail("a zeroed block is not zero");
      return fill(block, size, mark);
    }
    default:
      return fill(heap.allocate(size), size, mark);
  }
}

Head* reallocate(Head* block, Random& random) {
  check(block, block->size);
  const Head was = *block;
  const std::size_t size = some_size(random);
  auto* const moved =
      static_cast<Head*>(default_heap().reallocate(block, size));
  if (moved == nullptr || moved->mark != was.mark || moved->size != was.size)
    fail("a block has not moved whole");
  if (size >= was.size)
    check(moved, was.size);
  return fill(moved, size, was.mark + 1);
}

class Worker {
 public:
  explicit Worker(std::uint64_t seed) : random_(seed) {}

  void work(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i)
      step();
    // Half of it outlives the thread.
    while (own_.size() > 1) {
      deallocate(take_out());
      hand_over(take_out());
    }
    while (!own_.empty())
      deallocate(take_out());
  }

 private:
  void step() {
    const std::uint32_t kind = random_() % 16;
    if (own_.empty() || (kind < 9 && own_.size() < most_own))
      own_.push_back(allocate(random_));
    else if (kind < 12)
      deallocate(take_out());
    else if (kind < 13)
      own_.push_back(reallocate(take_out(), random_));
    else
      hand_over(take_out());
  }

  Head* take_out() {
    const std::size_t i = random_() % own_.size();
    Head* const block = own_[i];
    own_[i] = own_.back();
    own_.pop_back();
    return block;
  }

  // What is there instead is somebody else's, most of the time.
  void hand_over(Head* block) {
    deallocate(places[random_() % exchange].exchange(block));
  }

  Random random_;
  std::vector<Head*> own_;
};

void empty_exchange() {
  for (std::atomic<Head*>& place : places)
    deallocate(place.exchange(nullptr));
}

int live_as_child(unsigned number) {
  // Whoever waits for a lock that nobody frees is told from who works.
  alarm(120);
  Worker{number + 1000}.work(3000);
  std::thread{[number] { Worker{number + 2000}.work(1000); }}.join();
  empty_exchange();
  maintain(1'000'000);
  Worker{number + 3000}.work(1000);
  return 0;
}

void fork_and_wait(unsigned number) {
  const pid_t child = fork();
  if (child == 0)
    _exit(live_as_child(number));
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "child %u: status %d\n", number, status);
    fail("a child has failed");
  }
}

void round(unsigned threads, unsigned number) {
  std::vector<std::thread> all;
  running = threads;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back([=] {
      Worker{number * 64 + i}.work(steps_of_a_round / threads);
      --running;
    });
  // A sanitizer's runtime does not let a child of threads start threads.
  for (unsigned i = 0; i < forks_of_a_round && !os::is_shadowed(); ++i)
    if (running != 0)
      fork_and_wait(number * forks_of_a_round + i);
  for (std::thread& thread : all)
    thread.join();
}

}  // namespace

int main(int count, char** values) {
  const unsigned rounds =
      count > 1 ? static_cast<unsigned>(std::atoi(values[1])) : 2;
  for (unsigned i = 0; i < rounds; ++i) {
    round(8, 2 * i);
    round(32, 2 * i + 1);
  }
  empty_exchange();
}
