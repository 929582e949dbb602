// create.cpp - what does a region cost that makes one block and ends?
//
//     bench_create --list
//     bench_create --lane system --regions 1000
//
// The first names the lanes by which the chunk comes: the system's, an Upstream
// that does nothing but keep one chunk, one budget, three nested ones; and
// "none", the loop around no region. The second makes so many regions inside
// tarn_bench_measured(), for a tool that counts what happens in that function.
// SPDX-License-Identifier: MIT
#include "tarn/budget.hpp"
#include "tarn/region.hpp"

#include "support/arguments.hpp"

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t block_size = 32;
constexpr std::size_t warm_up = 100;

// The cheapest upstream that there can be.
class OneChunk final : public Upstream {
 public:
  [[nodiscard]] Loan lend(const Ask& ask) noexcept override {
    return ask.size <= sizeof memory_ ? Loan{memory_, sizeof memory_} : Loan{};
  }
  void take_back(Loan) noexcept override {}

 private:
  alignas(64) std::byte memory_[64 * KiB];
};

OneChunk one_chunk;
Budget machine{"machine", 1 * GiB};
Budget server{"server", 512 * MiB, machine};
Budget tenant{"tenant", 256 * MiB, server};

struct Lane {
  const char* name;
  Upstream* upstream;  // null: the system's own lane, without a virtual call
  bool is_none = false;
};
const Lane lanes[] = {{"none", nullptr, true},
                      {"system", nullptr},
                      {"upstream", &one_chunk},
                      {"one budget", &machine},
                      {"three budgets", &tenant}};

void use(Region& region) {
  void* const block = region.allocate(block_size);
  asm volatile("" : : "r"(block) : "memory");
}

}  // namespace

// Unmangled and not inlined, so that a tool can be told its name.
extern "C" [[gnu::noinline]] void tarn_bench_measured(const Lane& lane,
                                                      std::size_t regions) {
  Upstream* const upstream = lane.upstream;
  if (lane.is_none) {
    for (std::size_t i = 0; i < regions; ++i)
      asm volatile("");
    return;
  }
  if (upstream == nullptr) {
    for (std::size_t i = 0; i < regions; ++i) {
      Region region;
      use(region);
    }
    return;
  }
  for (std::size_t i = 0; i < regions; ++i) {
    Region region{*upstream};
    use(region);
  }
}

extern "C" [[gnu::noinline]] void tarn_bench_warm_up(Upstream* upstream) {
  for (std::size_t i = 0; i < warm_up; ++i) {
    Region region{upstream == nullptr ? system_upstream() : *upstream};
    use(region);
  }
}

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string wanted = arguments.text("--lane", "system");
  for (const Lane& lane : lanes) {
    if (arguments.has("--list"))
      std::printf("%s\n", lane.name);
    else if (wanted == lane.name) {
      tarn_bench_warm_up(lane.upstream);
      tarn_bench_measured(lane, arguments.number("--regions", 1000));
      return 0;
    }
  }
  if (!arguments.has("--list"))
    stop("no lane '" + wanted + "' here; --list names them");
}
