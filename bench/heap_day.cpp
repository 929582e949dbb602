// heap_day.cpp - 72 hours of a server's life: does memory follow the load?
//
//     bench_heap_day --allocator tarn|malloc [--light-ms 2000] [--advised 1]
//
// Each of 72 phases is an hour: 150 000 operations, then light work for
// `light-ms`, a request of 100 small blocks each millisecond. The live set
// follows a day; the sizes change each phase (small, medium, those of requests,
// 2 to 16 KiB, arrays that grow, multiples of 8). Blocks live exponentially, in
// operations: 85 % 2000, 13 % 100 000, 2 % a million. Every byte is written. In
// the end 95 % of what lives is freed, survivors sprinkled. Prints CSV lines:
// phase, live bytes, resident before the light work and after it, nanoseconds
// of work for an operation; then the drain, 2 s and 12 s after it. What was
// resident before the first block, the program, its tables and its mathematics,
// is taken off.
// SPDX-License-Identifier: MIT
#include "support/advice.hpp"
#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/door.hpp"
#include "support/light.hpp"
#include "support/memory.hpp"
#include "support/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <thread>

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t phases = 72;
constexpr std::size_t in_phase = 150'000;
constexpr std::size_t most_blocks = std::size_t{1} << 20;

// Blocks that die together: a turn of the wheel is more than any lifetime.
constexpr std::size_t tick = 64;  // operations
constexpr std::size_t turn = std::size_t{1} << 17;

struct Block {
  void* memory;
  std::uint32_t size;
  std::uint32_t next;  // number of the next that dies then, 0: none
};

std::uint32_t size_in(std::size_t phase, Random& random) {
  switch (phase % 6) {
    case 0:
      return random.between(16, 128);
    case 1:
      return random.between(129, 1024);
    case 3:
      return random.between(2048, 16384);
    case 5:
      return random.between(2, 64) * 8;
    default:
      return request_sizes()[random.between(0, drawn_sizes - 1)];
  }
}

/// How much of the noon's load there is: a tenth at night.
double load_in(std::size_t phase) {
  const double hour = static_cast<double>(phase % 24);
  return 0.55 - 0.45 * std::cos(2 * std::numbers::pi * hour / 24);
}

// Pages of the library behind cos and log, of which each has some: 256 KiB, as
// much as lives in the first hour.
void touch_mathematics() {
  volatile double x = 0.5;
  for (int i = 1; i < 100; ++i)
    x = std::cos(x * i) - std::log(x * x / i);
}

template <class Door>
class Server {
 public:
  explicit Server(bool is_advised) : blocks_(most_blocks), dying_(turn) {
    touch_mathematics();
    base_ = resident();
    if (is_advised)
      advise_huge_pages(door_.allocate(64));
    for (std::uint32_t i = 1; i < most_blocks; ++i)
      blocks_[i].next = i + 1 < most_blocks ? i + 1 : 0;
    unused_ = 1;
  }

  void work(std::size_t phase) {
    load_ = load_in(phase);
    for (std::size_t i = 0; i < in_phase; ++i, ++now_) {
      if (now_ % tick == 0)
        end_due();
      if (phase % 6 == 4)
        grow_array();
      else
        keep(size_in(phase, random_));
    }
  }

  void work_lightly(std::uint64_t milliseconds) {
    bench::work_lightly(door_, milliseconds);
  }

  // Survivors are one in twenty, wherever they lie.
  void drain() {
    for (std::size_t at = 0; at < turn; ++at) {
      std::uint32_t* link = &dying_[at];
      while (*link != 0) {
        const std::uint32_t i = *link;
        if (random_.between(1, 20) == 1) {
          link = &blocks_[i].next;
          continue;
        }
        *link = blocks_[i].next;
        end(i);
      }
    }
  }

  [[nodiscard]] std::size_t live() const { return live_; }
  [[nodiscard]] std::size_t held() const {
    const std::size_t now = resident();
    return now > base_ ? now - base_ : 0;
  }

 private:
  void* allocate(std::size_t size) {
    void* const memory = door_.allocate(size);
    write_block(memory, size, true);
    return memory;
  }

  void keep(std::uint32_t size) { keep(allocate(size), size); }

  void keep(void* memory, std::uint32_t size) {
    const std::uint32_t i = unused_;
    if (i == 0)
      stop("more blocks live than the table has places");
    unused_ = blocks_[i].next;
    const std::size_t due = (now_ + lifetime()) / tick % turn;
    blocks_[i] = {memory, size, dying_[due]};
    dying_[due] = i;
    live_ += size;
  }

  std::size_t lifetime() {
    const std::uint32_t percent = random_.between(0, 99);
    const double mean = percent < 85 ? 2e3 : percent < 98 ? 1e5 : 1e6;
    const double drawn = (random_.between(0, 999'999) + 0.5) / 1e6;
    const double longest = static_cast<double>(tick * (turn - 2));
    return tick + static_cast<std::size_t>(
                      std::min(-std::log(drawn) * mean * load_, longest));
  }

  // Doubles from 64 bytes, each time by a new block and a copy.
  void grow_array() {
    const std::uint32_t wanted = 64u << random_.between(0, 8);
    void* array = allocate(64);
    for (std::uint32_t size = 128; size <= wanted; size *= 2) {
      void* const larger = allocate(size);
      std::memcpy(larger, array, size / 2);
      door_.deallocate(array);
      array = larger;
    }
    keep(array, wanted);
  }

  void end_due() {
    std::uint32_t& first = dying_[now_ / tick % turn];
    while (first != 0) {
      const std::uint32_t i = first;
      first = blocks_[i].next;
      end(i);
    }
  }

  void end(std::uint32_t i) {
    door_.deallocate(blocks_[i].memory);
    live_ -= blocks_[i].size;
    blocks_[i].next = unused_;
    unused_ = i;
  }

  Door door_;
  Mapped<Block> blocks_;
  Mapped<std::uint32_t> dying_;  // the first of each list
  std::uint32_t unused_ = 0;
  std::size_t live_ = 0;
  std::size_t now_ = 0;  // operations
  double load_ = 1;
  Random random_{20240229};
  std::size_t base_ = 0;
};

template <class Door>
void print(const char* name, Server<Door>& server, std::size_t before,
           double ns) {
  std::printf("%s,%zu,%zu,%zu,%.2f\n", name, server.live(), before,
              server.held(), ns);
  std::fflush(stdout);
}

template <class Door>
void live_through(std::uint64_t light_ms, bool is_advised) {
  static_cast<void>(request_sizes());
  Server<Door> server{is_advised};
  for (std::size_t phase = 0; phase < phases; ++phase) {
    const std::uint64_t began = work_ns();
    server.work(phase);
    const double ns = static_cast<double>(work_ns() - began) / in_phase;
    const std::size_t before = server.held();
    server.work_lightly(light_ms);
    print(std::to_string(phase).c_str(), server, before, ns);
  }
  server.drain();
  const std::size_t before = server.held();
  if (light_ms == 0)
    return;
  server.work_lightly(2000);
  print("2 s after the drain", server, before, 0);
  server.work_lightly(10'000);
  print("12 s after the drain", server, before, 0);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::uint64_t light_ms = arguments.number("--light-ms", 2000);
  const bool is_advised = arguments.number("--advised", 0) != 0;
  with_door(arguments.text("--allocator", "tarn"), [&]<class Door>(Door) {
    live_through<Door>(light_ms, is_advised);
  });
}
