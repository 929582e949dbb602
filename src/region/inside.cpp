#include "region/inside.hpp"

namespace tarn {
inline namespace v1 {

std::uint32_t Region::Inside::arrive(Region& region,
                                     std::uint32_t me) noexcept {
  const std::uint32_t former =
      region.user_.exchange(me, std::memory_order_relaxed);
  if (former != 0 && former != me) {
    report(region, former, me);
    return former;
  }
  port::RegionWatch& watch = *region.watch_;
  const std::uint32_t last = watch.hooks->linger(watch, me);
  if (last != 0 && region.user_.load(std::memory_order_relaxed) != me)
    report(region, last, me);
  return former;
}

void Region::Inside::report(const Region& region, std::uint32_t other,
                            std::uint32_t me) noexcept {
  base::Line line;
  line << "region '" << region.name() << "' is confined to thread " << other - 1
       << ", used by thread " << me - 1;
  if (!region.is_watched())
    port::report(Fault::confined, line);
  region.watch_->hooks->tell(*region.watch_, Fault::confined, line);
}

}  // namespace v1
}  // namespace tarn
