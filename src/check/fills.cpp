#include "check/fills.hpp"

#include <cstdint>

namespace tarn::check {

// With itself, a word further, by the C library, which compares 64 bytes at a
// time where the machine can.
bool are_filled(const std::byte* p, std::size_t size, std::byte with) noexcept {
  using Word = std::uint64_t;
  if (size < sizeof(Word)) {
    while (size != 0 && p[size - 1] == with)
      --size;
    return size == 0;
  }
  constexpr Word ones = 0x0101'0101'0101'0101;
  Word first = 0;
  __builtin_memcpy(&first, p, sizeof first);
  return first == static_cast<Word>(with) * ones &&
         __builtin_memcmp(p, p + sizeof(Word), size - sizeof(Word)) == 0;
}

Change find_change(std::byte* memory, std::size_t size,
                   std::byte with) noexcept {
  if (is_filled(memory, size, with)) [[likely]]
    return {};
  std::byte* first = memory;
  while (*first == with)
    ++first;
  std::byte* last = memory + size - 1;
  while (*last == with)
    --last;
  return {first, last};
}

}  // namespace tarn::check
