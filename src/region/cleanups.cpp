// Cleanups. A record and what it destroys are one block, so that registering
// either happens whole or changes nothing.
#include "tarn/region.hpp"

#include "base/order.hpp"
#include "region/inside.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::CleanupRecord;

bool Region::on_reset(Cleanup cleanup, void* context) noexcept {
  void* const place = allocate(sizeof(CleanupRecord), alignof(CleanupRecord));
  if (place == nullptr)
    return false;
  arm(static_cast<CleanupRecord*>(place), cleanup, context);
  return true;
}

CleanupRecord* Region::allocate_record(std::size_t size, std::size_t align,
                                       void** object) noexcept {
  const std::size_t before = detail::round_up(sizeof(CleanupRecord), align);
  std::size_t both = 0;
  if (__builtin_add_overflow(before, size, &both))
    both = no_limit;  // refused, remembered and reported like any other
  void* const block =
      allocate(both, base::larger(align, alignof(CleanupRecord)));
  if (block == nullptr)
    return nullptr;
  *object = static_cast<std::byte*>(block) + before;
  return static_cast<CleanupRecord*>(block);
}

void Region::arm(CleanupRecord* record, Cleanup cleanup,
                 void* context) noexcept {
  if (cleanups_ == nullptr)
    oldest_cleanup_ = record;
  has_more_to_end();
  cleanups_ = ::new (record) CleanupRecord{cleanups_, cleanup, context};
}

}  // namespace v1
}  // namespace tarn
