// heap_memory.cpp - does memory get unstuck, whoever holds it?
//
//     bench_heap_memory --allocator tarn|malloc --question blocked
//
// blocked     eight producers fill 400 MiB and block; another thread frees it
//             all and works lightly for 2.5 s
// free-only   180 MiB live in blocks that one thread makes and another, which
//             never allocates, frees
// burst       eight threads fill 300 MiB, free it and end; then light work for
//             2 s, or with --idle 1 nothing but tarn's background thread
// survivors   400 threads one after another, each with 4 MiB, of which one
//             block in 200 stays
// sparse      200 threads at once, each with one block of each of 60 classes
// churn       threads made, each with 20 allocations and frees, and ended
// budget      a heap under a budget of 1 MiB, filled by four threads with mixed
//             sizes until it is refused; tarn only
//
// Prints CSV: what, value. Resident is counted from before the first block on.
// SPDX-License-Identifier: MIT
#include "tarn/system.hpp"

#include "support/advice.hpp"
#include "support/arguments.hpp"
#include "support/door.hpp"
#include "support/light.hpp"
#include "support/memory.hpp"
#include "support/sizes.hpp"

#include <barrier>
#include <chrono>
#include <functional>
#include <thread>

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t most_blocks = std::size_t{1} << 20;
constexpr std::size_t producers = 8;

struct Block {
  void* memory;
  std::size_t size;
};

double in_mib(std::size_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(MiB);
}

void print(const char* what, double value) {
  std::printf("%s,%.2f\n", what, value);
  std::fflush(stdout);
}

void pause(std::uint64_t milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
}

// Threads without a vector or a function of the C++ library's, whose memory
// would come from the allocator that is measured.
template <class Work>
void run_threads(std::size_t count, Work work) {
  std::thread threads[256];
  for (std::size_t i = 0; i < count; ++i)
    threads[i] = std::thread{[&work, i] { work(i); }};
  for (std::size_t i = 0; i < count; ++i)
    threads[i].join();
}

template <class Door>
class Scene {
 public:
  Scene() : blocks_(most_blocks) {
    // The C++ library's own first thread and its like are not counted.
    run_threads(producers, [](std::size_t) {});
    base_ = resident();
  }

  void block() {
    std::barrier<> filled{producers + 1};
    std::barrier<> over{producers + 1};
    std::thread threads[producers];
    for (std::size_t i = 0; i < producers; ++i)
      threads[i] = std::thread{[&, i] {
        fill(i, 50 * MiB);
        filled.arrive_and_wait();
        over.arrive_and_wait();
      }};
    filled.arrive_and_wait();
    print("MiB live", in_mib(sum()));
    print("MiB resident", held());
    free_all();
    work_lightly(door_, 2500);
    print("MiB 2.5 s after all was freed", held());
    over.arrive_and_wait();
    for (std::thread& thread : threads)
      thread.join();
  }

  // The maker replaces the oldest; who frees gets them in order.
  void only_free() {
    constexpr std::size_t live = 180 * MiB;
    std::atomic<std::size_t> made{0};
    std::atomic<std::size_t> freed{0};
    std::atomic<bool> is_over{false};
    std::atomic<std::size_t> bytes_made{0};
    std::atomic<std::size_t> bytes_freed{0};
    std::thread freer{[&] {
      Door door;
      std::size_t gone = 0;
      for (std::size_t i = 0; !is_over.load();) {
        if (i == made.load(std::memory_order_acquire) ||
            bytes_made.load() - gone < live) {
          std::this_thread::yield();
          continue;
        }
        const Block block = blocks_[i % most_blocks];
        door.deallocate(block.memory);
        gone += block.size;
        bytes_freed.store(gone);
        freed.store(++i, std::memory_order_release);
      }
    }};
    Random random{5};
    double worst = 0;
    const std::uint64_t until = wall_ns() + 3'000'000'000;
    std::uint64_t look = wall_ns() + 1'000'000'000;
    for (std::size_t i = 0; wall_ns() < until;) {
      if (bytes_made.load() - bytes_freed.load() > live + 2 * MiB ||
          i - freed.load(std::memory_order_acquire) == most_blocks) {
        std::this_thread::yield();
        continue;
      }
      blocks_[i % most_blocks] = make(door_, random);
      bytes_made.store(bytes_made.load() + blocks_[i % most_blocks].size);
      made.store(++i, std::memory_order_release);
      if (i % 1024 == 0 && wall_ns() > look) {
        worst = std::max(worst, held());
        look += 100'000'000;
      }
    }
    const std::size_t now = bytes_made.load() - bytes_freed.load();
    is_over.store(true);
    freer.join();
    print("MiB live", in_mib(now));
    print("MiB allocated in all", in_mib(bytes_made.load()));
    print("worst MiB resident", worst);
    print("worst resident / live", worst / in_mib(now));
  }

  void burst(bool is_idle) {
    if (is_idle)
      static_cast<void>(start_background_maintenance());
    std::barrier<> filled{producers};
    double peak = 0;
    run_threads(producers, [&](std::size_t i) {
      Door door;
      const std::size_t count = fill(door, i, 300 * MiB / producers);
      filled.arrive_and_wait();
      if (i == 0)
        peak = held();
      filled.arrive_and_wait();
      for (std::size_t at = 0; at < count; ++at)
        door.deallocate(blocks_[i * share + at].memory);
    });
    print("MiB at the peak", peak);
    print("MiB when the threads had ended", held());
    if (is_idle)
      pause(2000);
    else
      work_lightly(door_, 2000);
    print("MiB 2 s later", held());
  }

  void survive() {
    std::size_t live = 0;
    std::size_t kept = 0;
    double worst = 0;
    for (std::size_t turn = 0; turn < 400; ++turn) {
      std::thread{[&] {
        Door door;
        Random random{turn + 1};
        const std::size_t first = kept;
        std::size_t sum = 0;
        std::size_t at = first;
        for (; sum < 4 * MiB; ++at) {
          blocks_[at] = make(door, random);
          sum += blocks_[at].size;
        }
        for (std::size_t i = first; i < at; ++i) {
          if (random.between(1, 200) == 1) {
            live += blocks_[i].size;
            blocks_[kept++] = blocks_[i];
          } else {
            door.deallocate(blocks_[i].memory);
          }
        }
      }}.join();
      worst = std::max(worst, held());
    }
    print("MiB live", in_mib(live));
    print("worst MiB resident", worst);
    print("MiB resident", held());
    print("resident / live", held() / in_mib(live));
  }

  void be_sparse() {
    constexpr std::size_t count = 200;
    const auto kib_with = [&](bool allocates) {
      std::barrier<> there{count + 1};
      std::barrier<> over{count + 1};
      std::thread threads[count];
      const double before = held();
      for (std::size_t i = 0; i < count; ++i)
        threads[i] = std::thread{[&, i] {
          Door door;
          if (allocates)
            for (std::size_t of_class = 1; of_class <= 60; ++of_class)
              write_block(blocks_[i * 60 + of_class].memory =
                              door.allocate(16 * of_class),
                          16 * of_class, false);
          there.arrive_and_wait();
          over.arrive_and_wait();
        }};
      there.arrive_and_wait();
      const double kib = (held() - before) * 1024 / count;
      over.arrive_and_wait();
      for (std::thread& thread : threads)
        thread.join();
      return kib;
    };
    const double without = kib_with(false);
    const double with = kib_with(true);
    print("KiB a thread that allocates nothing", without);
    print("KiB a thread", with);
    print("KiB a thread for its 60 blocks", with - without);
  }

  void make_threads() {
    const auto once = [](bool allocates) {
      std::thread{[allocates] {
        Door door;
        for (std::size_t i = 0; allocates && i < 20; ++i) {
          void* const block = door.allocate(16 + i * 24);
          write_block(block, 16, false);
          door.deallocate(block);
        }
      }}.join();
    };
    const auto us_each = [&](bool allocates) {
      constexpr std::size_t turns = 3000;
      const std::uint64_t began = read_clock(CLOCK_PROCESS_CPUTIME_ID);
      for (std::size_t i = 0; i < turns; ++i)
        once(allocates);
      return static_cast<double>(read_clock(CLOCK_PROCESS_CPUTIME_ID) - began) /
             turns / 1000;
    };
    static_cast<void>(us_each(true));
    print("us a thread that allocates nothing", us_each(false));
    print("us a thread", us_each(true));
  }

 private:
  static constexpr std::size_t share = most_blocks / producers;

  [[nodiscard]] double held() const {
    const std::size_t now = resident();
    return in_mib(now > base_ ? now - base_ : 0);
  }

  static Block make(Door& door, Random& random) {
    const std::size_t size = mixed_size(random);
    void* const memory = door.allocate(size);
    write_block(memory, size, true);
    return {memory, size};
  }

  std::size_t fill(Door& door, std::size_t i, std::size_t bytes) {
    Random random{i + 1};
    std::size_t count = 0;
    for (std::size_t sum = 0; sum < bytes && count < share; ++count) {
      Block& block = blocks_[i * share + count];
      block = make(door, random);
      sum += block.size;
    }
    return count;
  }
  void fill(std::size_t i, std::size_t bytes) {
    Door door;
    fill(door, i, bytes);
  }

  [[nodiscard]] std::size_t sum() {
    std::size_t all = 0;
    for (std::size_t i = 0; i < most_blocks; ++i)
      all += blocks_[i].size;
    return all;
  }

  void free_all() {
    for (std::size_t i = 0; i < most_blocks; ++i) {
      if (blocks_[i].memory != nullptr)
        door_.deallocate(blocks_[i].memory);
      blocks_[i] = {};
    }
  }

  Door door_;
  Mapped<Block> blocks_;
  std::size_t base_;
};

/// Four threads ask for mixed sizes in turn until each of them is refused.
void fill_budget() {
  constexpr std::size_t threads = 4;
  Budget budget{"bench", 1 * MiB};
  Heap heap{budget};
  std::atomic<std::size_t> served{0};
  run_threads(threads, [&](std::size_t i) {
    Random random{i + 1};
    for (std::size_t refused = 0; refused < 20;) {
      const std::size_t size = mixed_size(random);
      void* const block = heap.allocate(size);
      if (block == nullptr) {
        ++refused;
        continue;
      }
      write_block(block, size, true);
      served.fetch_add(size);
    }
  });
  print("KiB served", static_cast<double>(served.load()) / 1024);
}

template <class Door>
void ask(const std::string& question, const Arguments& arguments) {
  if (arguments.number("--advised", 0) != 0)
    advise_huge_pages(Door{}.allocate(64));
  Scene<Door> scene;
  if (question == "blocked")
    scene.block();
  else if (question == "free-only")
    scene.only_free();
  else if (question == "burst")
    scene.burst(arguments.number("--idle", 0) != 0);
  else if (question == "survivors")
    scene.survive();
  else if (question == "sparse")
    scene.be_sparse();
  else if (question == "churn")
    scene.make_threads();
  else
    stop("no question '" + question +
         "': blocked, free-only, burst, survivors, sparse, churn or budget");
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string name = arguments.text("--allocator", "tarn");
  if (name == "floor")
    stop("the floor is for one thread and gives nothing back");
  const std::string question = arguments.text("--question", "blocked");
  if (question == "budget")
    return fill_budget(), 0;
  with_door(name, [&]<class Door>(Door) { ask<Door>(question, arguments); });
}
