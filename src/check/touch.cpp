#include "check/touch.hpp"

#include "tarn/detail/bits.hpp"

namespace tarn::check {

Distance distance_of(const void* p, const std::byte* block,
                     std::size_t size) noexcept {
  const std::uintptr_t at = detail::address_of(p);
  const std::uintptr_t begin = detail::address_of(block);
  if (at < begin)
    return {Side::before, begin - at};
  if (at - begin < size)
    return {Side::into, at - begin};
  return {Side::behind, at - begin - size};
}

void begin_touch(Finding& finding, const void* p, bool is_write,
                 const std::byte* block, const Record& record,
                 bool is_freed) noexcept {
  const Distance distance = distance_of(p, block, record.size);
  finding.fault = is_freed                        ? Fault::use_after_free
                  : distance.side == Side::before ? Fault::underflow
                                                  : Fault::overflow;
  finding.line << (is_write ? "write of " : "read of ") << base::Hex{p} << ": "
               << distance << (is_freed ? "freed " : "") << base::Hex{block}
               << " (" << std::uint64_t{record.size} << " bytes, ";
  finding.block = {block, record.size, &record};
}

}  // namespace tarn::check
