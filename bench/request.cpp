// request.cpp - what does it cost to serve a request's allocations?
//
//     bench_request --list
//     bench_request --peer 'tarn::Region' --blocks 100 --threads 1
//     bench_request --peer 'tarn::Region' --blocks 100 --requests 1000
//
// The first names the peers; the second prints a CSV line with nanoseconds per
// block, the median of several slices; the third serves so many requests inside
// tarn_bench_measured() and prints nothing, for an instruction counter that
// looks at that function only.
// SPDX-License-Identifier: MIT
#include "support/arguments.hpp"
#include "support/crew.hpp"
#include "support/median.hpp"

#include <cstdio>

using namespace tarn::bench;

// Unmangled and not inlined, so that a tool can be told its name.
extern "C" [[gnu::noinline]] void tarn_bench_measured(Peer& peer,
                                                      const Job& job) {
  peer.serve(job);
}

namespace {

// Requests before the counted ones: enough that every peer has what it keeps.
constexpr std::size_t warm_up = 300;

void count(const Entry& entry, Job job) {
  const std::unique_ptr<Peer> peer = entry.make();
  const std::size_t counted = job.requests;
  job.requests = warm_up;
  peer->serve(job);
  job.requests = counted;
  tarn_bench_measured(*peer, job);
}

void time(const Entry& entry, Job job, const Arguments& arguments) {
  const std::size_t threads = arguments.number("--threads", 1);
  const std::size_t slices = arguments.number("--slices", 5);
  Crew crew{entry, threads};
  job.requests = crew.requests_for(job, arguments.number("--milliseconds", 8));
  std::vector<double> wall;
  std::vector<double> work;
  for (std::size_t i = 0; i < slices; ++i) {
    const Spent spent = crew.serve(job);
    wall.push_back(spent.wall_ns);
    work.push_back(spent.work_ns);
  }
  std::printf("\"%s\",%zu,%zu,%s,%.3f,%.3f\n", entry.name, job.blocks, threads,
              job.writes_whole ? "all" : "word", median(work), median(wall));
}

}  // namespace

int main(int count_of_arguments, char** values) {
  const Arguments arguments{count_of_arguments, values};
  if (arguments.has("--list")) {
    for (const Entry& entry : entries())
      std::printf("%s\n", entry.name);
    return 0;
  }
  const std::string name = arguments.text("--peer", "tarn::Region");
  const Entry* const entry = find_entry(name);
  if (entry == nullptr)
    stop("no peer '" + name + "' here; --list names them");
  const Job job{arguments.number("--requests", 0),
                arguments.number("--blocks", 100),
                arguments.text("--write", "word") == "all"};
  if (job.blocks == 0)
    stop("--blocks needs a number above 0");
  if (job.requests != 0)
    count(*entry, job);
  else
    time(*entry, job, arguments);
}
