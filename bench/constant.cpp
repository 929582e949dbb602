// constant.cpp - how many instructions is an allocation of a constant size?
//
// Functions to disassemble, one for each way to ask; count.py looks at them.
// SPDX-License-Identifier: MIT
#include "tarn/region.hpp"

extern "C" {

void* tarn_bench_allocate_32(tarn::Region& region) {
  return region.allocate(32);
}

void* tarn_bench_allocate_32_align_8(tarn::Region& region) {
  return region.allocate(32, 8);
}

void* tarn_bench_allocate_any(tarn::Region& region, std::size_t size) {
  return region.allocate(size);
}

std::uint64_t* tarn_bench_make_word(tarn::Region& region) {
  return region.make<std::uint64_t>(7u);
}
}
