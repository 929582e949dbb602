#include "check/fills.hpp"

#include <cstdint>

namespace tarn::check {
namespace {

using Word = std::uint64_t;

constexpr Word repeated(std::byte with) noexcept {
  return static_cast<Word>(with) * 0x0101'0101'0101'0101;
}

Word word_at(const std::byte* p) noexcept {
  Word word;
  __builtin_memcpy(&word, p, sizeof word);
  return word;
}

}  // namespace

// Four words at a time, which compilers turn into vectors.
bool are_filled(const std::byte* p, std::size_t size, std::byte with) noexcept {
  const Word wanted = repeated(with);
  std::size_t at = 0;
  for (; at + 4 * sizeof(Word) <= size; at += 4 * sizeof(Word)) {
    const std::byte* const q = p + at;
    if (((word_at(q) ^ wanted) | (word_at(q + 8) ^ wanted) |
         (word_at(q + 16) ^ wanted) | (word_at(q + 24) ^ wanted)) != 0)
      return false;
  }
  for (; at + sizeof(Word) <= size; at += sizeof(Word))
    if (word_at(p + at) != wanted)
      return false;
  for (; at < size; ++at)
    if (p[at] != with)
      return false;
  return true;
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
