// scaling.cpp - do threads hinder each other?
//
//     bench_scaling [--threads 16] [--rounds 9] [--milliseconds 20]
//
// Prints CSV: for each peer and each number of threads (1, 2, 4, ... as many as
// asked, by default as many as there are processors) how many times the blocks
// of one thread all of them allocate in the same time. Rounds are interleaved:
// peers and numbers of threads take turns. A raw loop that does not scale (its
// row below 0.9 of the threads) says that the machine was not free, and that
// the other rows of its column mean nothing.
// SPDX-License-Identifier: MIT
#include "support/arguments.hpp"
#include "support/crew.hpp"

#include <thread>

using namespace tarn::bench;

namespace {

constexpr const char* names[] = {"raw bump loop", "tarn::Region",
                                 "tarn::Region, one budget",
                                 "tarn::Region, three budgets"};

struct Line {
  const char* name;
  std::size_t threads;
  std::size_t requests;  // of each thread
  std::unique_ptr<Crew> crew;
  std::vector<double> wall_ns;
};

std::vector<Line> plan(const Job& job, std::size_t most,
                       std::size_t milliseconds) {
  std::vector<Line> lines;
  for (const char* const name : names) {
    std::size_t requests = 0;
    for (std::size_t threads = 1; threads <= most; threads *= 2) {
      Line line{name, threads, requests, nullptr, {}};
      line.crew = std::make_unique<Crew>(*find_entry(name), threads);
      if (requests == 0)
        requests = line.crew->requests_for(job, milliseconds);
      line.requests = requests;
      static_cast<void>(
          line.crew->serve({requests / 4 + 1, job.blocks, job.writes_whole}));
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t most =
      arguments.number("--threads", std::thread::hardware_concurrency());
  const std::size_t rounds = arguments.number("--rounds", 9);
  const Job job{0, arguments.number("--blocks", 100), false};
  std::vector<Line> lines =
      plan(job, most, arguments.number("--milliseconds", 20));
  for (std::size_t round = 0; round < rounds; ++round)
    for (Line& line : lines)
      line.wall_ns.push_back(
          line.crew->serve({line.requests, job.blocks, false}).wall_ns);
  std::printf("peer,blocks,threads,ns_per_block,scaling\n");
  double alone = 0;
  for (const Line& line : lines) {
    const double ns = median(line.wall_ns);
    if (line.threads == 1)
      alone = ns;
    std::printf("\"%s\",%zu,%zu,%.3f,%.3f\n", line.name, job.blocks,
                line.threads, ns,
                alone / ns * static_cast<double>(line.threads));
  }
}
