// azstd.cpp - AZStd containers (O3DE) in a region.
// SPDX-License-Identifier: MIT
#include "adaptors/azstd_allocator.hpp"
#include "adaptors/stand_ins/azstd_vector.hpp"

#include <cstdio>

int main() {
  using examples::AzStdAllocator;
  tarn::Region query{{.name = "query"}};
  AZStd::vector<double, AzStdAllocator> hits{AzStdAllocator{&query}};
  for (int i = 0; i < 1000; ++i)
    hits.push_back(i / 2.0);
  std::printf("%zu hits, the last is %.1f\n", hits.size(), hits[999]);
  std::printf("they lie in the region: %s\n",
              query.owns(&hits[0]) ? "yes" : "no");

  // One call ends what a thousand would: the container forgets its block.
  hits.leak_and_reset();
  query.reset();
  std::printf("%zu bytes used, %zu hits\n", query.stats().used, hits.size());
  hits.push_back(7);
  std::printf("and the container goes on: %.0f\n", hits[0]);
}

//> 1000 hits, the last is 499.5
//> they lie in the region: yes
//> 0 bytes used, 0 hits
//> and the container goes on: 7
