// heap_calls.cpp - how long does one call take in a long-lived heap?
//
//     bench_heap_calls --allocator tarn|malloc|nothing [--operations 10000000]
//                      [--advised 1] [--quiet-requests 1]
//
// 150 000 blocks of the request workload's sizes live for long: each operation
// frees one of them, drawn, and allocates another. Every 2000 operations a
// request allocates 1000 blocks more and frees them, the oldest first. Each
// call stands between two looks at the processor's tick counter, whose own cost
// is taken off. Prints CSV: what was called, then nanoseconds at p50, p90, p99,
// p99.9, p99.99 and at most. "nothing" calls nothing: what the machine does.
//
// --advised 1: the reservation is advised for huge pages from its first block
// on. --quiet-requests 1: no call of tarn's purges or maps; a thread of ours
// calls maintain(). For a tool that lists system calls, the measured part lies
// between two writes, "b" and "e", to a descriptor that is not open.
// SPDX-License-Identifier: MIT
#include "tarn/system.hpp"

#include "support/advice.hpp"
#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/door.hpp"
#include "support/workload.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <thread>
#include <unistd.h>
#include <x86intrin.h>

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t live = 150'000;
constexpr std::size_t drawn = std::size_t{1} << 16;
constexpr std::size_t between_requests = 2000;
constexpr std::size_t in_request = 1000;
constexpr int not_open = 1000;

// Ticks, sixteen steps to a doubling.
class Histogram {
 public:
  void add(std::uint64_t ticks) { ++counts_[step_of(ticks)]; }

  void clear() {
    for (std::size_t i = 0; i < steps; ++i)
      counts_[i] = 0;
  }

  /// The ticks that a part of the values stays below.
  [[nodiscard]] std::uint64_t at(double part) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < steps; ++i)
      sum += counts_[i];
    auto left = static_cast<std::uint64_t>(static_cast<double>(sum) * part);
    std::size_t last = 0;
    for (std::size_t i = 0; i < steps; ++i) {
      if (counts_[i] != 0)
        last = i;
      if (counts_[i] > left)
        break;
      left -= counts_[i];
    }
    return ticks_of(last);
  }

 private:
  static constexpr std::size_t steps = 64 * 16;

  static std::size_t step_of(std::uint64_t ticks) {
    if (ticks < 16)
      return ticks;
    const auto doubling = static_cast<std::size_t>(std::bit_width(ticks)) - 5;
    return doubling * 16 + (ticks >> doubling);
  }

  static std::uint64_t ticks_of(std::size_t step) {
    if (step < 32)
      return step;
    const std::size_t doubling = step / 16 - 1;
    return (step % 16 + 16) << doubling;
  }

  Mapped<std::uint64_t> counts_{steps};
};

std::uint64_t ticks() {
  unsigned processor = 0;
  const std::uint64_t now = __rdtscp(&processor);
  _mm_lfence();
  return now;
}

double ticks_per_ns() {
  const std::uint64_t began = wall_ns();
  const std::uint64_t from = ticks();
  while (wall_ns() - began < 50'000'000) {
  }
  return static_cast<double>(ticks() - from) /
         static_cast<double>(wall_ns() - began);
}

std::uint64_t ticks_of_looking() {
  std::uint64_t least = ~std::uint64_t{0};
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t from = ticks();
    least = std::min(least, ticks() - from);
  }
  return least;
}

// The same block again and again.
struct NothingDoor {
  [[nodiscard]] void* allocate(std::size_t) { return block; }
  void deallocate(void*) {}
  void* block = map(64 * KiB);
};

template <class Door>
class Server {
 public:
  Server() : blocks_(live), request_(in_request), sizes_(drawn) {
    for (std::size_t i = 0; i < drawn; ++i)
      sizes_[i] = request_sizes()[i % drawn_sizes];
  }

  /// Until every block was replaced several times, nothing is counted.
  void grow_old() {
    for (std::size_t i = 0; i < live; ++i)
      blocks_[i] = allocate();
    serve(4 * live);
    allocations_.clear();
    frees_.clear();
  }

  void serve(std::size_t operations) {
    Random random{7};
    for (std::size_t i = 0; i < operations; ++i) {
      void*& block = blocks_[random.between(0, live - 1)];
      deallocate(block);
      block = allocate();
      if (i % between_requests == 0)
        serve_request();
    }
  }

  void print(double scale, std::uint64_t looking) {
    print("malloc", allocations_, scale, looking);
    print("free", frees_, scale, looking);
  }

 private:
  void* allocate() {
    const std::size_t size = sizes_[at_++ % drawn];
    const std::uint64_t from = ticks();
    void* const block = door_.allocate(size);
    allocations_.add(ticks() - from);
    write_block(block, size, false);
    return block;
  }

  void deallocate(void* block) {
    const std::uint64_t from = ticks();
    door_.deallocate(block);
    frees_.add(ticks() - from);
  }

  void serve_request() {
    for (std::size_t i = 0; i < in_request; ++i)
      request_[i] = allocate();
    for (std::size_t i = 0; i < in_request; ++i)
      deallocate(request_[i]);
  }

  static void print(const char* name, Histogram& times, double scale,
                    std::uint64_t looking) {
    std::printf("%s", name);
    for (const double part : {0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
      const std::uint64_t at = times.at(part);
      std::printf(",%.1f",
                  static_cast<double>(at > looking ? at - looking : 0) / scale);
    }
    std::printf("\n");
  }

  Door door_;
  Mapped<void*> blocks_;
  Mapped<void*> request_;
  Mapped<std::uint32_t> sizes_;
  Histogram allocations_;
  Histogram frees_;
  std::size_t at_ = 0;
};

// Seen by a tool that lists system calls, and by nobody else.
void mark(const char* text) {
  static_cast<void>(!write(not_open, text, 1));
}

template <class Door>
void measure(std::size_t operations, bool is_advised, bool is_quiet) {
  const double scale = ticks_per_ns();
  const std::uint64_t looking = ticks_of_looking();
  Door door;
  if (is_advised)
    advise_huge_pages(door.allocate(64));
  Server<Door> server;
  std::atomic<bool> is_over{false};
  std::thread maintainer;
  if (is_quiet) {
    purge_on_requests(false);
    maintainer = std::thread{[&] {
      while (!is_over.load(std::memory_order_relaxed)) {
        maintain(200'000);
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
      }
    }};
  }
  server.grow_old();
  mark("b");
  server.serve(operations);
  mark("e");
  is_over.store(true, std::memory_order_relaxed);
  if (maintainer.joinable())
    maintainer.join();
  server.print(scale, looking);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string name = arguments.text("--allocator", "tarn");
  const std::size_t operations = arguments.number("--operations", 10'000'000);
  const bool is_advised = arguments.number("--advised", 0) != 0;
  const bool is_quiet = arguments.number("--quiet-requests", 0) != 0;
  if (name == "nothing")
    measure<NothingDoor>(operations, false, false);
  else
    with_door(name, [&]<class Door>(Door) {
      measure<Door>(operations, is_advised, is_quiet);
    });
}
