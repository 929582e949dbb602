#include "region/inside.hpp"

namespace tarn {
inline namespace v1 {

void Region::Inside::arrive(std::uint32_t me) noexcept {
  former_ = region_.user_.exchange(me, std::memory_order_relaxed);
  if (former_ != 0 && former_ != me)
    return report(former_, me);
  port::RegionWatch& watch = *region_.watch_;
  const std::uint32_t last = watch.hooks->linger(watch, me);
  if (last != 0 && region_.user_.load(std::memory_order_relaxed) != me)
    report(last, me);
}

void Region::Inside::report(std::uint32_t other,
                            std::uint32_t me) const noexcept {
  base::Line line;
  line << "region '" << region_.name() << "' is confined to thread "
       << other - 1 << ", used by thread " << me - 1;
  if (!region_.is_watched())
    port::report(Fault::confined, line);
  region_.watch_->hooks->tell(*region_.watch_, Fault::confined, line);
}

}  // namespace v1
}  // namespace tarn
