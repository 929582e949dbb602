// fits.hpp - the fits of the library, and what is asked of each.
//
// The table in fits.cpp is the only place that knows them.
//
// Cost     none.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/subject.hpp"
#include "fixed/workload.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

/// Granules that blocks of at most `largest` granules need, of which at most
/// `live` live, each taking no more than a place of its size.
struct Demand {
  std::uint32_t live;
  std::uint32_t largest;
};

struct Fit {
  const char* name;
  bool is_bounded;

  /// Prints how long calls of these workloads take, for so many milliseconds.
  void (*time)(const std::vector<Workload>& workloads, std::size_t heap,
               int milliseconds);

  /// Makes so many calls in the middle of each workload, and those of a comb,
  /// by counted_allocate and counted_deallocate, saying which.
  void (*count)(const std::vector<Workload>& workloads, std::size_t heap,
                int calls);

  /// Prints what blocks take, what lies beside them and what is refused.
  void (*weigh)(const std::vector<Workload>& workloads, std::size_t heap);

  /// The heap of an adversary, of at most so many granules; null: none.
  std::unique_ptr<Subject> (*subject)(std::size_t most);

  /// Granules by the bound that is proven, and by the one that is not; 0: none.
  std::uint64_t (*required)(const Demand& demand);
  std::uint64_t (*expected)(const Demand& demand);
};

/// Those of tarn, then the system's malloc.
[[nodiscard]] std::span<const Fit> all_fits();

/// Throws std::runtime_error where there is none.
[[nodiscard]] const Fit& fit_named(const std::string& name);

}  // namespace tarn::compare::fixed
