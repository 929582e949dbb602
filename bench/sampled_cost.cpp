// sampled_cost.cpp - what does mode `sampled` take of a program's time?
//
//     TARN_CHECK=sampled,budget=0.25 bench_sampled_cost --pairs 6000
//
// Slices of a hundredth of a second take turns, one with the mode and one
// without, in an order drawn for each pair and in one process: so code, memory
// and neighbours are the same for both. What may be spent grows in both, so a
// slice with the mode has twice the budget that TARN_CHECK names.
//
// Prints CSV for each kind of work: pairs; nanoseconds of processor a request
// without; by how many percent the slices with the mode were slower, as the
// mean of the middle four fifths of the pairs; within how much of that the
// truth lies 95 times in 100, by the means of 20 parts of the pairs; and how
// many percent the sampler says that it took of those slices.
#include "tarn/checks.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"
#include "tarn/stats.hpp"

#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/workload.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

using namespace tarn::bench;

namespace {

constexpr double slice_ns = 10e6;
constexpr std::size_t parts = 20;
constexpr double parts_in_95 = 2.09;  // standard errors, Student, 19 free

class Sizes {
 public:
  std::size_t next() { return drawn_[at_++ % drawn_sizes]; }

 private:
  const std::vector<std::uint32_t>& drawn_ = request_sizes();
  std::size_t at_ = 0;
};

// Twenty blocks take the places of others that lived for a while.
template <bool is_filled>
class HeapWork {
 public:
  void serve() {
    constexpr std::size_t in_request = 20;
    tarn::Heap& heap = tarn::default_heap();
    for (std::size_t i = 0; i < in_request; ++i) {
      void*& place = live_[random_.between(0, most_live - 1)];
      heap.deallocate(place);
      const std::size_t size = sizes_.next();
      place = heap.allocate(size);
      write_block(place, size, is_filled);
    }
  }
  ~HeapWork() {
    for (void* const block : live_)
      tarn::default_heap().deallocate(block);
  }

 private:
  static constexpr std::uint32_t most_live = 2000;

  void* live_[most_live] = {};
  Random random_{1};
  Sizes sizes_;
};

// Fifty blocks that are filled.
class RegionWork {
 public:
  void serve() {
    constexpr std::size_t in_request = 50;
    for (std::size_t i = 0; i < in_request; ++i) {
      const std::size_t size = sizes_.next();
      write_block(region_.allocate(size), size, true);
    }
    region_.reset();
  }

 private:
  tarn::Region region_{{.name = "request"}};
  Sizes sizes_;
};

// Beside a block of the heap, whose clock is the one that strikes.
class ObjectWork {
 public:
  void serve() {
    constexpr std::size_t in_request = 20;
    for (std::size_t i = 0; i < in_request; ++i) {
      Message*& place = live_[random_.between(0, most_live - 1)];
      if (place != nullptr)
        messages_.release(place);
      place = messages_.acquire_raw();
      place->words[0] = i;
    }
    tarn::Heap& heap = tarn::default_heap();
    const std::size_t size = sizes_.next();
    void* const block = heap.allocate(size);
    write_block(block, size, false);
    heap.deallocate(block);
  }
  ~ObjectWork() {
    for (Message* const message : live_)
      if (message != nullptr)
        messages_.release(message);
  }

 private:
  struct Message {
    std::size_t words[8];
  };
  static constexpr std::uint32_t most_live = 500;

  tarn::ObjectPool<Message> messages_{{.name = "message"}};
  Message* live_[most_live] = {};
  Random random_{1};
  Sizes sizes_;
};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

// Without the tenth at either end, where somebody else had the processor.
double middle_mean(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto tenth = static_cast<std::ptrdiff_t>(values.size() / 10);
  return mean({values.begin() + tenth, values.end() - tenth});
}

double half_range(const std::vector<double>& values) {
  std::vector<double> means;
  for (std::size_t i = 0; i < parts; ++i) {
    std::vector<double> part;
    for (std::size_t j = i; j < values.size(); j += parts)
      part.push_back(values[j]);
    means.push_back(middle_mean(part));
  }
  const double middle = mean(means);
  double squares = 0;
  for (const double value : means)
    squares += (value - middle) * (value - middle);
  return parts_in_95 * std::sqrt(squares / (parts - 1) / parts);
}

template <class Work>
class Pairs {
 public:
  void run(const char* name, std::size_t pairs) {
    settle();
    const std::uint64_t spent_before = tarn::snapshot().sampling.spent;
    for (std::size_t i = 0; i < pairs; ++i) {
      const bool is_first = order_.between(0, 1) == 0;
      const double one = slice(is_first);
      const double other = slice(!is_first);
      const double with = is_first ? one : other;
      const double without = is_first ? other : one;
      slower_.push_back((with / without - 1) * 100);
      without_.push_back(without);
      with_sum_ += with;
    }
    const std::uint64_t spent = tarn::snapshot().sampling.spent - spent_before;
    std::printf("%s,%zu,%.1f,%.2f,%.2f,%.2f\n", name, pairs,
                middle_mean(without_) / static_cast<double>(requests_),
                middle_mean(slower_), half_range(slower_),
                static_cast<double>(spent) / with_sum_ * 100);
    std::fflush(stdout);
  }

 private:
  // Nanoseconds of this thread for so many requests as a slice has.
  double slice(bool is_sampled) {
    tarn::set_check_mode(is_sampled ? tarn::CheckMode::sampled
                                    : tarn::CheckMode::off);
    const std::uint64_t begun = work_ns();
    for (std::size_t i = 0; i < requests_; ++i)
      work_.serve();
    return static_cast<double>(work_ns() - begun);
  }

  // What a process spends when it begins is paid back after a second or so.
  void settle() {
    constexpr unsigned slices = 400;
    for (unsigned i = 0; i < slices; ++i) {
      const double took = slice(true);
      requests_ = static_cast<std::size_t>(static_cast<double>(requests_) *
                                           slice_ns / took) +
                  1;
    }
  }

  Work work_;
  Random order_{7};
  std::size_t requests_ = 1000;
  std::vector<double> slower_;
  std::vector<double> without_;
  double with_sum_ = 0;
};

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  constexpr std::size_t usual_pairs = 6000;
  const std::size_t pairs = arguments.number("--pairs", usual_pairs);
  if (pairs < 10 * parts)
    stop("--pairs needs 200 or more");
  if (tarn::check_mode() != tarn::CheckMode::sampled)
    stop("run it with TARN_CHECK=sampled,budget=0.25");
  std::puts("work,pairs,ns a request,slower %,within,own figure %");
  Pairs<HeapWork<false>>{}.run("heap", pairs);
  Pairs<HeapWork<true>>{}.run("heap filled", pairs);
  Pairs<RegionWork>{}.run("region filled", pairs);
  Pairs<ObjectWork>{}.run("object", pairs);
  return 0;
}
