#include "observe/sampling.hpp"

#include "check/sampling.hpp"

namespace tarn {
namespace {

std::uint64_t millionths(double share) noexcept {
  constexpr double whole = 1'000'000;
  constexpr double half = 0.5;
  return static_cast<std::uint64_t>(share * whole + half);
}

DrawStats drawn(const check::Sampling& now, port::DrawOf kind) noexcept {
  return {now.draws(kind).samples, now.draws(kind).came};
}

}  // namespace

inline namespace v1 {

std::uint64_t DrawStats::odds(std::uint64_t hits) const noexcept {
  return millionths(check::Draws{samples, came}.odds(hits));
}

std::uint64_t SamplingStats::samples_a_second() const noexcept {
  constexpr std::uint64_t microsecond = 1'000;
  const std::uint64_t us = elapsed / microsecond;
  return us == 0 ? 0 : samples * 100 * 1'000'000 / us;
}

std::uint64_t SamplingStats::share() const noexcept {
  return elapsed == 0 ? 0
                      : millionths(static_cast<double>(spent) /
                                   static_cast<double>(elapsed));
}

}  // namespace v1

void observe::add_sampling(Snapshot& into) noexcept {
  const check::Sampling now = check::sampling();
  if (now.elapsed == 0)
    return;
  SamplingStats& stats = into.sampling;
  stats.samples = now.all().samples;
  stats.came = now.all().came;
  stats.objects = now.draws(port::DrawOf::objects).samples;
  stats.declined = now.declined;
  stats.spent = now.spent;
  stats.elapsed = now.elapsed;
  stats.budget = now.budget;
  stats.guarded = now.live;
  stats.blocks = drawn(now, port::DrawOf::blocks);
  stats.large_blocks = drawn(now, port::DrawOf::large_blocks);
  stats.regions = drawn(now, port::DrawOf::regions);
}

}  // namespace tarn
