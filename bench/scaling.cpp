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
#include "support/scaling_rounds.hpp"

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

// One peer, alone and in company.
class Line {
 public:
  Line(const char* name, std::size_t threads, std::size_t blocks,
       std::size_t milliseconds)
      : alone_(*find_entry(name), 1),
        together_(*find_entry(name), threads),
        threads_(static_cast<double>(threads)),
        job_{0, blocks, false} {
    job_.requests = alone_.requests_for(job_, milliseconds);
    static_cast<void>(together_.serve(job_));
  }

  // How many times the blocks of one thread.
  double scaling() {
    const double alone = alone_.serve(job_).wall_ns;
    return alone / together_.serve(job_).wall_ns * threads_;
  }

 private:
  Crew alone_;
  Crew together_;
  double threads_;
  Job job_;
};

void compare(const char* name, std::size_t threads, std::size_t rounds,
             std::size_t milliseconds) {
  constexpr std::size_t blocks = 100;
  Line floor{floor_name, threads, blocks, milliseconds};
  Line line{name, threads, blocks, milliseconds};
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
