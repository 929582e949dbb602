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
  port::report(Fault::corrupted, port::Sentence::overflown, block);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
