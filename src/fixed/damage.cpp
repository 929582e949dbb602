#include "fixed/damage.hpp"

#include "tarn/detail/fixed_canary.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

void report_damage(const void* block) noexcept {
  port::report(Fault::corrupted, port::Sentence::written_heap, block);
}

void report_overflow(const void* block) noexcept {
  base::Line line;
  line << "block " << base::Hex{block}
       << " of a fixed heap was written to behind its end";
  port::report(Fault::corrupted, line);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
