// checked_request.cpp - what does a request cost whose region is looked at?
//
//     TARN_CHECK=full bench_checked_request
//     bench_checked_request --rounds 1000 --pool malloc
//
// A request is 100 blocks of 16 to 271 bytes, of which a word is written, and
// the end of all of them: a region's reset, or as many calls of free. The first
// prints CSV, nanoseconds of processor a request: the least and the median of
// several slices, which take turns with malloc's. The second serves so many
// requests of one kind and prints nothing, for an instruction counter.
// SPDX-License-Identifier: MIT
#include "tarn/region.hpp"

#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/workload.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace tarn::bench;

namespace {

constexpr std::size_t blocks = 100;

// Drawn once; requests go on where the last one ended.
class Sizes {
 public:
  Sizes() {
    Random random{1};
    for (std::size_t& size : drawn_)
      size = random.between(least, most);
  }
  std::size_t next() { return drawn_[at_++ % count]; }

 private:
  static constexpr std::size_t count = 1U << 14;
  static constexpr std::uint32_t least = 16;
  static constexpr std::uint32_t most = 271;

  std::size_t drawn_[count];
  std::size_t at_ = 0;
};

void write_word(void* block) {
  if (block == nullptr)
    stop("no memory");
  *static_cast<volatile std::size_t*>(block) = blocks;
}

// Calls as a program makes them, from a depth of a few functions.
[[gnu::noinline]] void* ask(tarn::Region& region, std::size_t size) {
  void* const block = region.allocate(size);
  write_word(block);
  return block;
}

[[gnu::noinline]] void serve_region(tarn::Region& region, Sizes& sizes) {
  for (std::size_t i = 0; i < blocks; ++i)
    ask(region, sizes.next());
  region.reset();
}

[[gnu::noinline]] void serve_new_region(Sizes& sizes) {
  tarn::Region region;
  for (std::size_t i = 0; i < blocks; ++i)
    ask(region, sizes.next());
}

[[gnu::noinline]] void serve_malloc(Sizes& sizes) {
  void* made[blocks];
  for (void*& block : made) {
    block = std::malloc(sizes.next());
    write_word(block);
  }
  for (void* const block : made)
    std::free(block);
}

enum class Pool { region, new_region, heap };
constexpr const char* names[] = {"region, reset", "region, made anew",
                                 "malloc"};

class Server {
 public:
  void serve(Pool pool, std::size_t rounds) {
    for (std::size_t i = 0; i < rounds; ++i)
      if (pool == Pool::region)
        serve_region(region_, sizes_);
      else if (pool == Pool::new_region)
        serve_new_region(sizes_);
      else
        serve_malloc(sizes_);
  }

 private:
  tarn::Region region_{{.name = "request"}};
  Sizes sizes_;
};

// Of this thread, so that others on the machine do not count.
double time(Server& server, Pool pool, std::size_t rounds) {
  const std::uint64_t begun = work_ns();
  server.serve(pool, rounds);
  return static_cast<double>(work_ns() - begun) / static_cast<double>(rounds);
}

void compare(std::size_t slices, std::size_t rounds) {
  constexpr std::size_t pools = 3;
  Server server;
  std::vector<double> took[pools];
  for (std::size_t slice = 0; slice < slices; ++slice)
    for (std::size_t pool = 0; pool < pools; ++pool)
      took[pool].push_back(time(server, static_cast<Pool>(pool), rounds));
  const char* const mode = std::getenv("TARN_CHECK");
  for (std::size_t pool = 0; pool < pools; ++pool) {
    std::sort(took[pool].begin(), took[pool].end());
    std::printf("\"%s\",\"%s\",%.0f,%.0f\n", mode == nullptr ? "" : mode,
                names[pool], took[pool].front(), took[pool][slices / 2]);
  }
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  if (!arguments.has("--pool")) {
    constexpr std::size_t slices = 41;
    constexpr std::size_t rounds = 2000;
    compare(arguments.number("--slices", slices),
            arguments.number("--rounds", rounds));
    return 0;
  }
  const std::string name = arguments.text("--pool", "");
  const Pool pool = name == "malloc"   ? Pool::heap
                    : name == "region" ? Pool::region
                                       : Pool::new_region;
  // Of a thread the stack is known to be its own, also under Valgrind.
  const std::size_t rounds = arguments.number("--rounds", 1);
  std::thread{[=] { Server{}.serve(pool, rounds); }}.join();
  return 0;
}
