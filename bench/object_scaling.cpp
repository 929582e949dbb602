// object_scaling.cpp - do threads hinder each other in one object pool?
//
//     bench_object_scaling [--door tarn] [--threads 2] [--rounds 100]
//                          [--pairs 200000]
//
// Prints CSV: for each order how many times the objects of one thread all of
// them acquire and release in the same time, and that over the scaling of bare
// free lists, one for each thread. Threads stay on a processor each, and each
// one's time among others is compared with its own when the others wait, since
// processors are not equally fast; of three times the best counts. On a shared
// machine they are not always there to be had: each round of the pool stands
// between two of the lists and counts only where those scaled both times. A row
// for which no round counts is void.
// SPDX-License-Identifier: MIT
#include "support/line.hpp"
#include "support/object_worker.hpp"
#include "support/scaling_rounds.hpp"

#include <thread>

using namespace tarn::bench;

namespace {

// By then magazines have grown.
constexpr std::size_t first_slices = 100;

template <class Door>
Line line_of(const std::string& pattern, std::size_t pairs,
             std::size_t threads) {
  return Line{threads, first_slices, [pattern, pairs](std::size_t i) {
                return Worker<Door>{pattern, pairs, i};
              }};
}

template <class Door>
void compare(const std::string& pattern, std::size_t pairs, std::size_t threads,
             std::size_t rounds) {
  Line floor = line_of<ListDoor>(pattern, pairs, threads);
  Line line = line_of<Door>(pattern, pairs, threads);
  print_scaling(pattern.c_str(), floor, line, threads, rounds);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t threads =
      arguments.number("--threads", std::thread::hardware_concurrency());
  const std::size_t rounds = arguments.number("--rounds", 100);
  const std::size_t pairs = arguments.number("--pairs", 200'000);
  std::printf("order,threads,scaling,of the lists',rounds that count\n");
  with_object_door(arguments.text("--door", "tarn"), [&]<class Door>() {
    for (const char* const pattern : {"lifo", "fifo", "random"})
      compare<Door>(pattern, pairs, threads, rounds);
  });
}
