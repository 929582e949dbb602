#include "fixed/damage.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

void report_damage(const void* block) noexcept {
  base::Line line;
  line << "a fixed heap was written to at or before " << base::Hex{block};
  port::report(Fault::corrupted, line);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
