// How long does the end of a checked region look for pointers to it?
//
//     TARN_CHECK=full,escape=all escape_scan [MIB]
//
// A block of MIB (8) in a heap, of which each third word is a pointer into that
// heap; printed are the shortest and the median time of 100 ends, in ms,
// without the block and with it.
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_mib = 64;
constexpr std::size_t words_of_mib = (std::size_t{1} << 20) / sizeof(void*);

std::uintptr_t* table = nullptr;

double ms_of_an_end() {
  alignas(tarn::Region) std::byte place[sizeof(tarn::Region)];
  auto* const region = ::new (place) tarn::Region({.name = "request"});
  for (int i = 0; i < 8; ++i)
    static_cast<void>(region->allocate(64));
  const auto began = Clock::now();
  region->~Region();
  return std::chrono::duration<double, std::milli>(Clock::now() - began)
      .count();
}

void print(const char* what) {
  constexpr std::size_t ends = 100;
  std::vector<double> times;
  times.reserve(ends);
  for (std::size_t i = 0; i < ends; ++i)
    times.push_back(ms_of_an_end());
  std::sort(times.begin(), times.end());
  std::printf("%s,%.3f,%.3f\n", what, times.front(), times[ends / 2]);
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t mib =
      count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 8;
  if (mib == 0 || mib > largest_mib)
    return EXIT_FAILURE;
  std::printf("table,least_ms,median_ms\n");
  print("none");
  const std::size_t words = mib * words_of_mib;
  tarn::Heap heap{{.name = "table"}};
  table = static_cast<std::uintptr_t*>(
      heap.allocate(words * sizeof(std::uintptr_t)));
  if (table == nullptr)
    return EXIT_FAILURE;
  for (std::size_t i = 0; i < words; ++i)
    table[i] = i % 3 == 0 ? reinterpret_cast<std::uintptr_t>(&table[i]) : i;
  print("there");
  return EXIT_SUCCESS;
}
