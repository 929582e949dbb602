// workload.cpp - draws the calls.
//
// SPDX-License-Identifier: MIT
#include "fixed/workload.hpp"

#include "fixed/memory.hpp"
#include "worker/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tarn::compare::fixed {
namespace {

constexpr std::size_t least_calls = 20'000;

// What stays of so many jobs fills half of the heap.
constexpr std::size_t bytes_a_call = 12;

// A comb of a larger heap takes long to make, and says nothing new.
constexpr std::size_t largest_comb = 256 * 1024;

// Writes calls down, and knows what lives.
class Writer {
 public:
  Writer(const char* name, std::size_t heap)
      : target_(heap / 2),
        least_calls_(std::max(least_calls, heap / bytes_a_call)) {
    workload_.name = name;
  }

  [[nodiscard]] bool is_full() const { return asked_ >= target_; }
  [[nodiscard]] bool is_long_enough() const {
    return workload_.calls.size() >= least_calls_;
  }

  std::uint32_t make(std::uint32_t size) {
    std::uint32_t slot = static_cast<std::uint32_t>(sizes_.size());
    if (free_.empty()) {
      sizes_.push_back(size);
    } else {
      slot = free_.back();
      free_.pop_back();
      sizes_[slot] = size;
    }
    asked_ += size;
    if (asked_ > workload_.peak) {
      workload_.peak = asked_;
      workload_.peak_at = workload_.calls.size();
    }
    workload_.calls.push_back({slot, size});
    return slot;
  }

  void end(std::uint32_t slot) {
    asked_ -= std::exchange(sizes_[slot], 0);
    free_.push_back(slot);
    workload_.calls.push_back({slot, 0});
  }

  [[nodiscard]] Workload finish() {
    for (std::uint32_t slot = 0; slot < sizes_.size(); ++slot)
      if (sizes_[slot] != 0)
        end(slot);
    workload_.slots = sizes_.size();
    return std::move(workload_);
  }

 private:
  Workload workload_;
  std::size_t target_;
  std::size_t least_calls_;
  std::size_t asked_ = 0;
  std::vector<std::uint32_t> sizes_;  // of what lives, by slot
  std::vector<std::uint32_t> free_;
};

// A job's blocks, and those of ended jobs that stay.
struct Jobs {
  Writer& writer;
  Random& random;
  std::uint32_t largest;
  std::vector<std::uint32_t> under_way[4];
  std::vector<std::uint32_t> staying;

  void make(std::vector<std::uint32_t>& job, std::uint32_t low,
            std::uint32_t high) {
    job.push_back(writer.make(std::min(random.between(low, high), largest)));
  }

  // One in eight blocks stays, the others end, last one first.
  void end(std::vector<std::uint32_t>& job) {
    for (; !job.empty(); job.pop_back()) {
      if (random.between(0, 7) == 0)
        staying.push_back(job.back());
      else
        writer.end(job.back());
    }
  }

  void begin(std::vector<std::uint32_t>& job) {
    make(job, 64, 1536);
    for (std::uint32_t i = random.between(3, 12); i != 0; --i)
      make(job, 16, 160);
    if (random.between(0, 5) == 0)
      make(job, 1024, 4096);
  }

  void forget_one() {
    const std::uint32_t i =
        random.between(0, static_cast<std::uint32_t>(staying.size()) - 1);
    writer.end(staying[i]);
    staying[i] = staying.back();
    staying.pop_back();
  }
};

}  // namespace

Workload device_workload(std::size_t heap) {
  Random random{20240701};
  Writer writer("device", heap);
  Jobs jobs{writer, random, static_cast<std::uint32_t>(heap / 32), {}, {}};
  while (!writer.is_long_enough()) {
    std::vector<std::uint32_t>& job = jobs.under_way[random.between(0, 3)];
    jobs.end(job);
    while (writer.is_full() && !jobs.staying.empty())
      jobs.forget_one();
    if (!writer.is_full())
      jobs.begin(job);
  }
  return writer.finish();
}

Workload random_workload(std::size_t heap) {
  Random random{20240702};
  Writer writer("random", heap);
  const double most =
      std::log(static_cast<double>(std::min<std::size_t>(heap / 64, 16384)));
  std::vector<std::uint32_t> live;
  while (!writer.is_long_enough()) {
    // Around the target, so that neither direction has long runs.
    if (live.empty() || (!writer.is_full() && random.between(0, 3) != 0)) {
      live.push_back(writer.make(
          static_cast<std::uint32_t>(std::exp(random.share() * most))));
      continue;
    }
    const std::uint32_t i =
        random.between(0, static_cast<std::uint32_t>(live.size()) - 1);
    writer.end(live[i]);
    live[i] = live.back();
    live.pop_back();
  }
  return writer.finish();
}

Comb comb(std::size_t heap, std::size_t head) {
  constexpr std::size_t pairs = 8;
  Comb made;
  made.workload.name = "comb";
  std::vector<Call>& calls = made.workload.calls;
  const auto one = static_cast<std::uint32_t>(granule - head);
  const auto two = static_cast<std::uint32_t>(2 * granule - head);
  // Room for what is asked for then remains at the end, whatever lies beside.
  const auto teeth = static_cast<std::uint32_t>(std::min(heap, largest_comb) /
                                                granule / 8 * 7);
  for (std::uint32_t slot = 0; slot < teeth; ++slot)
    calls.push_back({slot, one});
  for (std::uint32_t slot = 0; slot < teeth; slot += 2)
    calls.push_back({slot, 0});
  made.counted = calls.size();
  for (std::size_t i = 0; i < pairs; ++i) {
    calls.push_back({teeth, two});
    calls.push_back({teeth, 0});
  }
  made.workload.slots = teeth + 1;
  return made;
}

}  // namespace tarn::compare::fixed
