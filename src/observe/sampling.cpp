#include "observe/sampling.hpp"

#include "check/sampling.hpp"

namespace tarn {
namespace {

check::Sampling known(const SamplingStats& stats) noexcept {
  check::Sampling known;
  known.samples = stats.samples;
  known.objects = stats.objects;
  known.blocks = stats.came;
  known.spent = stats.spent;
  known.elapsed = stats.elapsed;
  return known;
}

std::uint64_t millionths(double share) noexcept {
  constexpr double whole = 1'000'000;
  constexpr double half = 0.5;
  return static_cast<std::uint64_t>(share * whole + half);
}

}  // namespace

inline namespace v1 {

std::uint64_t SamplingStats::samples_a_second() const noexcept {
  return known(*this).samples_a_second();
}

std::uint64_t SamplingStats::share() const noexcept {
  return millionths(known(*this).spent_share());
}

std::uint64_t SamplingStats::odds(std::uint64_t hits) const noexcept {
  return millionths(known(*this).odds(hits));
}

}  // namespace v1

void observe::add_sampling(Snapshot& into) noexcept {
  const check::Sampling now = check::sampling();
  if (now.elapsed == 0)
    return;
  into.sampling = {now.samples, now.declined, now.blocks, now.spent,
                   now.elapsed, now.budget,   now.live,   now.objects};
}

}  // namespace tarn
