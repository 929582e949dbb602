// retention.cpp - does memory come back, and does it stay while it is needed?
//
//     bench_retention --question burst    1 GiB, then light work for 2 s
//     bench_retention --question idle     the same, then nothing but the
//                                         background thread
//     bench_retention --question steady   10 million requests
//     bench_retention --question day      a day's load, an hour in a second
//     bench_retention --question kept     the same, nothing given back: what it
//                                         faults, memory that is new faults
//
// Each is a process of its own and prints CSV lines of what it saw on the way:
// seconds, bytes resident, bytes held by live regions, page faults for a
// request since the line before; the first line is before any region. To judge
// is retain.py's.
// SPDX-License-Identifier: MIT
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/crew.hpp"
#include "support/memory.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <numbers>
#include <thread>
#include <vector>

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t blocks_of_request = 100;
constexpr double second = 1e9;

/// Requests, and a line of CSV whenever one is asked for.
class Server {
 public:
  Server() {
    std::printf("seconds,resident,held,faults_per_request\n");
    print(0);
  }

  /// One request into `region`: every byte of its blocks is written.
  void serve(Region& region) {
    const std::vector<std::uint32_t>& sizes = request_sizes();
    for (std::size_t i = 0; i < blocks_of_request; ++i) {
      const std::size_t size = sizes[at_++ % drawn_sizes];
      write_block(region.allocate(size), size, true);
    }
    ++requests_;
  }

  void serve_and_end() {
    Region region;
    serve(region);
  }

  /// A request every millisecond until `until`, and a line every 100 ms.
  void work_lightly(std::uint64_t until) {
    for (std::uint64_t next = wall_ns(); wall_ns() < until;) {
      serve_and_end();
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
      if (wall_ns() >= next) {
        print(0);
        next += 100'000'000;
      }
    }
  }

  void print(std::size_t held) {
    const std::size_t faults = page_faults();
    const std::size_t served = requests_ - printed_requests_;
    std::printf("%.3f,%zu,%zu,%.4f\n",
                static_cast<double>(wall_ns() - began_) / second, resident(),
                held,
                served == 0 ? 0.0
                            : static_cast<double>(faults - printed_faults_) /
                                  static_cast<double>(served));
    std::fflush(stdout);
    printed_faults_ = page_faults();
    printed_requests_ = requests_;
  }

 private:
  std::uint64_t began_ = wall_ns();
  std::size_t at_ = 0;
  std::size_t requests_ = 0;
  std::size_t printed_requests_ = 0;
  std::size_t printed_faults_ = page_faults();
};

std::uint64_t in_seconds(double seconds) {
  return wall_ns() + static_cast<std::uint64_t>(seconds * second);
}

/// As many requests alive at once as have 1 GiB of blocks, then none. Their
/// regions lie in one piece, which the C library maps and unmaps: of a list it
/// would keep some pages, and they would be counted as ours.
void burst(Server& server) {
  constexpr std::size_t least_request = 32 * KiB;
  std::vector<Region> regions(GiB / least_request);
  std::size_t held = 0;
  std::size_t used = 0;
  for (auto region = regions.begin(); used < GiB; ++region) {
    if (region == regions.end())
      stop("requests are too small for the burst");
    server.serve(*region);
    used += region->stats().used;
    held += region->held();
  }
  server.print(held);
}

void ask_burst(Server& server, double seconds) {
  server.work_lightly(in_seconds(0.5));
  burst(server);
  server.work_lightly(in_seconds(seconds));
}

void ask_idle(Server& server, double seconds) {
  if (!start_background_maintenance())
    stop("the background thread does not start");
  server.work_lightly(in_seconds(0.5));
  burst(server);
  for (const std::uint64_t until = in_seconds(seconds); wall_ns() < until;) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    server.print(0);
  }
  stop_background_maintenance();
}

void ask_steady(Server& server, std::size_t requests) {
  constexpr std::size_t lines = 20;
  server.serve_and_end();
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t i = 0; i < requests / lines; ++i)
      server.serve_and_end();
    server.print(0);
  }
}

/// From 0 to 1 along a cosine while `now` goes from `from` to `to`.
double rise(double now, double from, double to) {
  const double part = std::clamp((now - from) / (to - from), 0.0, 1.0);
  return (1 - std::cos(std::numbers::pi * part)) / 2;
}

/// How many requests are alive at `now` of a day: few at night, more from hour
/// 2 to 9, level until 17, fewer until 22. retain.py knows these hours.
std::size_t wanted_at(double now, double day) {
  constexpr double least = 50;
  constexpr double most = 1000;
  const double hour = now / day * 24;
  const double share = rise(hour, 2, 9) - rise(hour, 17, 22);
  return static_cast<std::size_t>(least + (most - least) * share);
}

/// In each tick a tenth of the live requests ends, the oldest first.
void ask_day(Server& server, double day) {
  constexpr double tick = 0.01;
  constexpr double lines = 240;
  std::deque<Region> live;
  std::size_t held = 0;
  double line = 0;
  const std::uint64_t began = wall_ns();
  for (double now = 0; now < day; now += tick) {
    const std::size_t wanted = wanted_at(now, day);
    std::size_t ending = live.size() / 10;
    for (; ending != 0 || live.size() > wanted; ending -= ending != 0) {
      held -= live.front().held();
      live.pop_front();
    }
    while (live.size() < wanted) {
      server.serve(live.emplace_back());
      held += live.back().held();
    }
    if (now >= line) {
      server.print(held);
      line += day / lines;
    }
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point{std::chrono::nanoseconds{
            began + static_cast<std::uint64_t>((now + tick) * second)}});
  }
}

void ask_kept(Server& server, double day) {
  purge_on_requests(false);
  ask_day(server, day);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string question = arguments.text("--question", "burst");
  Server server;
  if (question == "burst")
    ask_burst(server, static_cast<double>(arguments.number("--seconds", 2)));
  else if (question == "idle")
    ask_idle(server, static_cast<double>(arguments.number("--seconds", 4)));
  else if (question == "steady")
    ask_steady(server, arguments.number("--requests", 10'000'000));
  else if (question == "day")
    ask_day(server, static_cast<double>(arguments.number("--seconds", 24)));
  else if (question == "kept")
    ask_kept(server, static_cast<double>(arguments.number("--seconds", 24)));
  else
    stop("no question '" + question + "': burst, idle, steady, day or kept");
}
