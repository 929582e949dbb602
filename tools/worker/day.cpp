// day.cpp - the curve of the load, and the state that follows it.
//
// SPDX-License-Identifier: MIT
#include "worker/day.hpp"

#include "tarn/allocator.hpp"

#include "worker/arguments.hpp"
#include "worker/process.hpp"
#include "worker/sessions.hpp"
#include "worker/ticks.hpp"

#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

namespace tarn::compare {
namespace {

constexpr int hours = 24;
constexpr double quietest = 0.3;  // of the busiest hour's requests
constexpr std::size_t fewest_sessions = 500;
constexpr std::size_t most_sessions = 8000;
constexpr std::size_t pages = 1500;

// 0 at midnight, 1 at noon.
double load_at(double hour) {
  return (1 - std::cos(2 * std::numbers::pi * hour / hours)) / 2;
}

// Pages are small in the morning and large in the evening, and in the next
// hours small again.
std::uint32_t page_size(Random& random, int hour) {
  const std::uint32_t scale = 1u << (hour % 6);
  return random.between(256, 1024) * scale;
}

template <template <class> class Allocator>
class State {
 public:
  State() {
    sessions_.reserve(most_sessions + 1);
    pages_.resize(pages);
  }

  /// What one request changes.
  void change(double hour) {
    constexpr std::uint32_t turnover = 8;
    constexpr std::uint32_t page_change = 4;
    const auto wanted = fewest_sessions +
                        static_cast<std::size_t>(
                            load_at(hour) * (most_sessions - fewest_sessions));
    const bool one_leaves = random_.between(1, turnover) == 1;
    if (sessions_.size() > wanted || (one_leaves && !sessions_.empty()))
      end(random_.between(0, static_cast<std::uint32_t>(sessions_.size() - 1)));
    if (sessions_.size() < wanted)
      sessions_.push_back(begin());
    sessions_[random_.between(0,
                              static_cast<std::uint32_t>(sessions_.size() - 1))]
        ->visit(random_);
    if (random_.between(1, page_change) == 1)
      pages_[random_.between(0, pages - 1)] =
          Text(page_size(random_, static_cast<int>(hour)), 'p');
  }

  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

 private:
  using OneSession = Session<Allocator>;
  using Text = typename OneSession::Text;
  struct End {
    void operator()(OneSession* session) const noexcept {
      std::destroy_at(session);
      Allocator<OneSession>().deallocate(session, 1);
    }
  };
  using Owned = std::unique_ptr<OneSession, End>;

  static Owned begin() {
    return Owned(std::construct_at(Allocator<OneSession>().allocate(1)));
  }

  void end(std::size_t i) {
    std::swap(sessions_[i], sessions_.back());
    sessions_.pop_back();
  }

  Random random_{20240612};
  std::vector<Owned, Allocator<Owned>> sessions_;
  std::vector<Text, Allocator<Text>> pages_;
};

struct Hour {
  Histogram requests;
  std::uint64_t rss = 0;
  std::size_t sessions = 0;
};

void print_hour(int number, const Hour& hour, double per_tick) {
  char key[16];
  std::snprintf(key, sizeof key, "day_%02d", number);
  print(std::string(key) + "_p50", hour.requests.at(0.5) * per_tick);
  print(std::string(key) + "_p99", hour.requests.at(0.99) * per_tick);
  print(std::string(key) + "_p999", hour.requests.at(0.999) * per_tick);
  print(std::string(key) + "_rss", static_cast<double>(hour.rss));
  print(std::string(key) + "_sessions", static_cast<double>(hour.sessions));
}

template <template <class> class Allocator>
void run(Runner& runner, std::size_t corpus, int busiest) {
  // Static: a server has it too, and 24 histograms are too much for a stack.
  static Hour day[hours];
  State<Allocator> state;
  const auto began = std::chrono::steady_clock::now();
  const std::uint64_t first_tick = ticks();
  std::size_t next = 0;
  for (int hour = 0; hour < hours; ++hour) {
    const auto requests = static_cast<std::size_t>(
        busiest * (quietest + (1 - quietest) * load_at(hour + 0.5)));
    std::uint64_t last = ticks();
    for (std::size_t i = 0; i < requests; ++i, next = (next + 1) % corpus) {
      state.change(hour +
                   static_cast<double>(i) / static_cast<double>(requests));
      runner.serve_one(next);
      const std::uint64_t now = ticks();
      day[hour].requests.add(now - last);
      last = now;
    }
    day[hour].rss = resident();
    day[hour].sessions = state.sessions();
  }
  const double nanoseconds = std::chrono::duration<double, std::nano>(
                                 std::chrono::steady_clock::now() - began)
                                 .count();
  const double per_tick =
      nanoseconds / static_cast<double>(ticks() - first_tick);
  for (int hour = 0; hour < hours; ++hour)
    print_hour(hour + 1, day[hour], per_tick);
}

}  // namespace

void run_day(Runner& runner, std::size_t corpus, int busiest) {
  run<std::allocator>(runner, corpus, busiest);
}

void run_day_over_heap(Runner& runner, std::size_t corpus, int busiest) {
  run<HeapAllocator>(runner, corpus, busiest);
}

}  // namespace tarn::compare
