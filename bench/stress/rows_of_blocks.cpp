// rows_of_blocks.cpp - many blocks of one size, made and freed in a row.
//
//     bench_stress_rows_of_blocks [--operations 24000000]
//
// For a size and a length: that many blocks, then all freed in the order in
// which they came. Sizes of 16, 24 and 48 bytes, rows of 25, 100, 400 and 1600.
// Nothing else is done and nothing is written. After a benchmark of the GNU C
// library's malloc that goes through the same lengths.
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

using namespace tarn::bench;

namespace {

constexpr std::size_t lengths[] = {25, 100, 400, 1600};
constexpr std::size_t sizes[] = {16, 24, 48};

void run(std::size_t size, std::size_t length, std::size_t operations) {
  std::vector<void*> row(length);
  for (std::size_t i = 0; i < operations; i += length) {
    for (void*& block : row)
      block = std::malloc(size);
    for (void* const block : row)
      std::free(block);
  }
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t operations = arguments.number("--operations", 24'000'000) /
                                 (std::size(lengths) * std::size(sizes));
  for (const std::size_t size : sizes)
    for (const std::size_t length : lengths)
      run(size, length, operations);
}
