// churn.hpp - many jobs that come and go, in seasons of differing sizes.
//
// A job lives for as many further blocks as are drawn when it begins: most die
// young, a few live through several seasons. That is what fragments a heap.
//
// Cost     all notes lie in mappings made at the start and touched at once.
// Threads  confined.
// Failure  begin() is false when the memory gave nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/mapped.hpp"
#include "worker/sizes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace tarn::compare {

/// Sums over what lives now, in bytes.
struct Live {
  std::size_t asked = 0;  ///< what the jobs asked for
  std::size_t given = 0;  ///< what they may use: size classes round up
  std::size_t jobs = 0;
};

/// How many blocks a job has: one each where blocks die apart.
struct Crowd {
  std::uint32_t least;
  std::uint32_t most;
};

template <class Job>
class Churn {
 public:
  Churn(typename Job::Memory memory, Crowd crowd, std::uint32_t most_jobs)
      : memory_(std::move(memory)),
        crowd_(crowd),
        places_(most_jobs),
        free_(most_jobs),
        endings_(most_jobs) {
    for (std::uint32_t place = most_jobs; place != 0;)
      free_[free_count_++] = --place;
  }
  ~Churn() {
    while (live_.jobs != 0)
      end_next();
  }
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;

  /// `blocks` more of them, lifetimes times `stretch`. False: one was refused.
  [[nodiscard]] bool work(Season season, std::size_t blocks, double stretch) {
    const std::uint64_t until = now_ + blocks;
    while (now_ < until)
      if (!begin(season, stretch))
        return false;
    return true;
  }

  /// Ends the jobs whose time has come and begins one. False: it was refused a
  /// block, and is ended; refused() says of what size.
  [[nodiscard]] bool begin(Season season, double stretch) {
    while (live_.jobs != 0 && endings_[0].when <= now_)
      end_next();
    if (free_count_ == 0)
      end_next();
    const std::uint32_t at = free_[free_count_ - 1];
    Place& place = places_[at];
    Job* const job = ::new (place.bytes) Job(memory_);
    place.asked = place.given = 0;
    growing_[0] = growing_[1] = {};
    const std::uint32_t blocks = random_.between(crowd_.least, crowd_.most);
    const double lifetime = draw_lifetime() * stretch;
    for (std::uint32_t i = 0; i < blocks; ++i, ++now_) {
      if (!add(*job, place, season)) {
        job->~Job();
        return false;
      }
    }
    enter(at, now_ + static_cast<std::uint64_t>(lifetime));
    return true;
  }

  /// Ends this share of the jobs, wherever they lie.
  void drain(double share) {
    std::size_t kept = 0;
    const std::size_t count = live_.jobs;
    for (std::size_t i = 0; i < count; ++i) {
      if (random_.share() <= share)
        end(endings_[i].job);
      else
        endings_[kept++] = endings_[i];
    }
    std::make_heap(endings_.begin(), endings_.begin() + kept, ends_later);
  }

  /// Ends the job that was to end next.
  void end_next() {
    std::pop_heap(endings_.begin(), endings_.begin() + live_.jobs, ends_later);
    end(endings_[live_.jobs - 1].job);
  }

  [[nodiscard]] const Live& live() const noexcept { return live_; }

  /// The size of the block that could not be had.
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

 private:
  struct Place {
    alignas(Job) std::byte bytes[sizeof(Job)];
    std::size_t asked;
    std::size_t given;
  };
  struct Ending {
    std::uint64_t when;
    std::uint32_t job;
  };
  struct Array {
    std::byte* block = nullptr;
    std::size_t size = 0;
  };

  static bool ends_later(const Ending& one, const Ending& other) noexcept {
    return one.when > other.when;
  }

  // In blocks: 85 % die young, 2 % outlive several seasons.
  [[nodiscard]] double draw_lifetime() noexcept {
    const std::uint32_t percent = random_.between(0, 99);
    return random_.exponential(percent < 85   ? 2'000
                               : percent < 98 ? 100'000
                                              : 1'000'000);
  }

  // A block; in the growing season, of three steps two are those of two arrays
  // in turn, so that neither is the newest block when it grows.
  [[nodiscard]] bool add(Job& job, Place& place, Season season) {
    if (season != Season::growing)
      return add_block(job, place, draw_size(random_, season), nullptr);
    const std::uint64_t turn = now_ % 3;
    if (turn == 2)
      return add_block(job, place, draw_size(random_, Season::small), nullptr);
    Array& array = growing_[turn];
    if (array.block != nullptr && array.size < largest_array)
      return grow(job, place, array);
    return add_block(job, place, least_array, &array);
  }

  [[nodiscard]] bool add_block(Job& job, Place& place, std::size_t size,
                               Array* array) {
    auto* const block = static_cast<std::byte*>(job.allocate(size));
    if (block == nullptr) {
      refused_ = size;
      return false;
    }
    write(block, Job::taken, size);
    place.asked += size;
    place.given += job.given(block, size);
    if (array != nullptr)
      *array = {block, size};
    return true;
  }

  [[nodiscard]] bool grow(Job& job, Place& place, Array& array) {
    const std::size_t wanted = array.size * 2;
    const std::size_t was = job.given(array.block, array.size);
    auto* const block =
        static_cast<std::byte*>(job.grow(array.block, array.size, wanted));
    if (block == nullptr) {
      refused_ = wanted;
      return false;
    }
    write(block, array.size, wanted);
    place.asked += wanted - array.size;
    place.given += job.given(block, wanted) - was;
    array = {block, wanted};
    return true;
  }

  // Every byte: what was never written is not resident.
  static void write(std::byte* block, std::size_t from, std::size_t to) {
    std::memset(block + from, 0x5a, to - from);
  }

  void enter(std::uint32_t at, std::uint64_t when) {
    --free_count_;
    live_.asked += places_[at].asked;
    live_.given += places_[at].given;
    endings_[live_.jobs++] = {when, at};
    std::push_heap(endings_.begin(), endings_.begin() + live_.jobs, ends_later);
  }

  void end(std::uint32_t at) {
    Place& place = places_[at];
    std::launder(reinterpret_cast<Job*>(place.bytes))->~Job();
    live_.asked -= place.asked;
    live_.given -= place.given;
    --live_.jobs;
    free_[free_count_++] = at;
  }

  typename Job::Memory memory_;
  Crowd crowd_;
  Mapped<Place> places_;
  Mapped<std::uint32_t> free_;
  Mapped<Ending> endings_;  // a heap of live_.jobs of them, the next on top
  std::size_t free_count_ = 0;
  Random random_{20240501};
  Array growing_[2];
  Live live_;
  std::uint64_t now_ = 0;  // blocks asked for so far
  std::size_t refused_ = 0;
};

}  // namespace tarn::compare
