// Threads live as long as the crew, so that what a peer keeps for a thread
// stays warm between runs, as in a server.
#include "support/crew.hpp"

#include "support/clock.hpp"

#include <algorithm>
#include <barrier>
#include <thread>
#include <vector>

namespace tarn::bench {

namespace {

// What a peer does once, such as making its address space, is over after these.
constexpr std::size_t first_requests = 300;

}  // namespace

struct Crew::State {
  State(const Entry& entry, std::size_t count)
      : wall(count),
        work(count),
        start(static_cast<std::ptrdiff_t>(count) + 1),
        finish(static_cast<std::ptrdiff_t>(count) + 1) {
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back([this, &entry, i] { work_on(entry, i); });
  }

  void work_on(const Entry& entry, std::size_t i) {
    const std::unique_ptr<Peer> peer = entry.make();
    for (;;) {
      start.arrive_and_wait();
      if (is_over)
        return;
      const std::uint64_t began = wall_ns();
      const std::uint64_t worked = work_ns();
      peer->serve(job);
      work[i] = work_ns() - worked;
      wall[i] = wall_ns() - began;
      finish.arrive_and_wait();
    }
  }

  // Written by the crew's owner before a barrier, read by threads after it; the
  // clocks the other way round.
  Job job{};
  bool is_over = false;
  std::vector<std::uint64_t> wall;
  std::vector<std::uint64_t> work;
  std::barrier<> start;
  std::barrier<> finish;
  std::vector<std::thread> threads;
};

Crew::Crew(const Entry& entry, std::size_t threads)
    : state_(std::make_unique<State>(entry, threads)) {}

Crew::~Crew() {
  state_->is_over = true;
  state_->start.arrive_and_wait();
  for (std::thread& thread : state_->threads)
    thread.join();
}

Spent Crew::serve(const Job& job) {
  State& state = *state_;
  state.job = job;
  state.start.arrive_and_wait();
  state.finish.arrive_and_wait();
  std::uint64_t slowest = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < state.wall.size(); ++i) {
    slowest = std::max(slowest, state.wall[i]);
    sum += state.work[i];
  }
  const double blocks = static_cast<double>(job.requests * job.blocks);
  return {static_cast<double>(slowest) / blocks,
          static_cast<double>(sum) / blocks /
              static_cast<double>(state.work.size())};
}

std::size_t Crew::requests_for(Job job, std::size_t milliseconds) {
  const double wanted = static_cast<double>(milliseconds) * 1e6;
  job.requests = first_requests;
  static_cast<void>(serve(job));
  double request = 0;  // nanoseconds
  for (job.requests = 1;; job.requests *= 2) {
    request = serve(job).work_ns * static_cast<double>(job.blocks);
    if (request * static_cast<double>(job.requests) >= wanted / 2)
      break;
  }
  return static_cast<std::size_t>(wanted / request) + 1;
}

}  // namespace tarn::bench
