// fits.cpp - the table.
//
// SPDX-License-Identifier: MIT
#include "fixed/fits.hpp"

#include "fixed/measure.hpp"

#include <bit>
#include <stdexcept>

namespace tarn::compare::fixed {
namespace {

template <class OneFit>
std::unique_ptr<Subject> subject_of(std::size_t most) {
  return std::make_unique<FitSubject<OneFit>>(most);
}

// What a fit over fragments requires only those derived from it are told.
template <class OneFit>
struct Bound : OneFit {
  static std::uint64_t of(const Demand& demand) {
    if constexpr (requires { typename OneFit::Index; })
      return OneFit::bound(demand.live, demand.live, demand.largest, 1);
    else
      return OneFit::Heap::bound(demand.live, demand.live,
                                 demand.largest * granule, granule);
  }
};

std::uint64_t lg(std::uint32_t granules) {
  return static_cast<std::uint64_t>(std::bit_width(granules) - 1);
}

// M (1 + lg n / 2), up to whole blocks of n, and M (1 + lg n).
std::uint64_t half_a_doubling(const Demand& demand) {
  const std::uint64_t granules =
      (demand.live * (lg(demand.largest) + 2) + 1) / 2;
  return (granules + demand.largest - 1) / demand.largest * demand.largest;
}
std::uint64_t a_doubling(const Demand& demand) {
  return demand.live * (1 + lg(demand.largest));
}
std::uint64_t nothing(const Demand&) {
  return 0;
}

template <class OneFit>
constexpr Fit fit(const char* name,
                  std::uint64_t (*expected)(const Demand&) = nothing) {
  using Memory = FitMemory<OneFit>;
  return {name,
          OneFit::is_bounded,
          time_calls<Memory>,
          count_calls<Memory>,
          weigh_blocks<Memory>,
          subject_of<OneFit>,
          Bound<OneFit>::of,
          expected};
}

// One line for each fit.
constexpr Fit table[] = {
    fit<aligned_first_fit>("aligned_first_fit", half_a_doubling),
    fit<buddy>("buddy"),
    fit<half_fit>("half_fit", a_doubling),
    fit<two_level>("two_level"),
    fit<first_fit>("first_fit", a_doubling),
    fit<next_fit>("next_fit"),
    fit<best_fit>("best_fit"),
    {"system malloc", false, time_calls<SystemMemory>,
     count_calls<SystemMemory>, weigh_blocks<SystemMemory>, nullptr, nothing,
     nothing}};

}  // namespace

std::span<const Fit> all_fits() {
  return table;
}

const Fit& fit_named(const std::string& name) {
  for (const Fit& one : table)
    if (name == one.name)
      return one;
  throw std::runtime_error("there is no fit " + name);
}

}  // namespace tarn::compare::fixed
