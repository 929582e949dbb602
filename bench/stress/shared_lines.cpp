// shared_lines.cpp - do two threads get parts of one cache line?
//
//     bench_stress_shared_lines [--threads 1] [--given 0|1]
//                               [--blocks 1000] [--writes 800000]
//
// Every thread asks for a block of 8 bytes, writes it again and again and frees
// it. Where threads get neighbours (active false sharing), they wait for each
// other at every write. With --given 1 the first block of each comes from main,
// all in a row; each frees it and asks anew: whoever then serves a thread from
// it hands a line about (passive false sharing). After Berger et al., Hoard
// (2000). The threads share the blocks among them, so that the work is the
// same.
//
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

using namespace tarn::bench;

namespace {

constexpr std::size_t block_size = 8;

void run(unsigned char* given, std::size_t blocks, std::size_t writes) {
  delete[] given;
  for (std::size_t i = 0; i < blocks; ++i) {
    auto* const block = new unsigned char[block_size];
    volatile unsigned char* const bytes = block;
    for (std::size_t write = 0; write < writes; ++write)
      bytes[write % block_size] =
          static_cast<unsigned char>(bytes[write % block_size] + 1);
    delete[] block;
  }
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t threads = arguments.number("--threads", 1);
  const std::size_t blocks = arguments.number("--blocks", 1000);
  const std::size_t writes = arguments.number("--writes", 800'000);
  std::vector<unsigned char*> given(threads);
  if (arguments.number("--given", 0) != 0)
    for (unsigned char*& block : given)
      block = new unsigned char[block_size];
  in_threads(threads, [&](std::size_t thread) {
    run(given[thread], blocks / threads, writes);
  });
}
