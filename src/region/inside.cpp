#include "region/inside.hpp"

namespace tarn {
inline namespace v1 {

void Region::Inside::report(std::uint32_t me) const noexcept {
  base::Line line;
  line << "region '" << region_.name() << "' is confined to thread "
       << former_ - 1 << ", used by thread " << me - 1;
  if (!region_.is_watched())
    port::report(Fault::confined, line);
  region_.watch_->hooks->tell(*region_.watch_, Fault::confined, line);
}

}  // namespace v1
}  // namespace tarn
