// scaling.cpp - do threads hinder each other?
//
//     bench_scaling [--threads 16] [--rounds 300] [--milliseconds 3]
//
// Prints CSV: for each peer and each number of threads (2, 4, ... as many as
// asked, by default as many as there are processors) how many times the blocks
// of one thread all of them allocate in the same time. On a shared machine the
// processors are not always there to be had: each round of a peer stands
// between two of the raw loop and counts only where that one scaled both times.
// A row for which no round counts is void.
// SPDX-License-Identifier: MIT
#include "support/arguments.hpp"
#include "support/crew.hpp"
#include "support/line.hpp"
#include "support/scaling_rounds.hpp"

#include <memory>
#include <string>
#include <thread>

using namespace tarn::bench;

namespace {

constexpr const char* floor_name = "raw bump loop";
constexpr const char* names[] = {floor_name,
                                 "tarn::Region",
                                 "tarn::PerThread<Region>, reset",
                                 "tarn::PerThread<Region>, merged",
                                 "tarn::Region, one budget",
                                 "tarn::Region, three budgets"};

struct Server {
  std::unique_ptr<Peer> peer;
  Job job;

  void work() const { peer->serve(job); }
};

Line line_of(const char* name, std::size_t threads, std::size_t milliseconds) {
  constexpr std::size_t blocks = 100;
  constexpr std::size_t first_slices = 3;
  const Entry& entry = *find_entry(name);
  Job job{0, blocks, false};
  job.requests = Crew{entry, 1}.requests_for(job, milliseconds);
  return Line{threads, first_slices, [&entry, job](std::size_t) {
                return Server{entry.make(), job};
              }};
}

void compare(const char* name, std::size_t threads, std::size_t rounds,
             std::size_t milliseconds) {
  Line floor = line_of(floor_name, threads, milliseconds);
  Line line = line_of(name, threads, milliseconds);
  const std::string quoted = "\"" + std::string{name} + "\"";
  print_scaling(quoted.c_str(), floor, line, threads, rounds);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t most =
      arguments.number("--threads", std::thread::hardware_concurrency());
  const std::size_t rounds = arguments.number("--rounds", 300);
  const std::size_t milliseconds = arguments.number("--milliseconds", 3);
  std::printf("peer,threads,scaling,of the raw loop's,rounds that count\n");
  for (const char* const name : names)
    for (std::size_t threads = 2; threads <= most; threads *= 2)
      compare(name, threads, rounds, milliseconds);
}
