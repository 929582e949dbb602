// A polynomial of the words, in two lanes so that the products overlap. Its
// factor is that of Steele and Vigna, "Computationally easy, spectrally good
// multipliers" (2021), odd like any that can be undone.
#include "check/digest.hpp"

#include <bit>

namespace tarn::check {
namespace {

using Word = std::uint64_t;

constexpr Word factor = 0xd134'2543'de82'ef95;

Word word_at(const std::byte* p, std::size_t size) noexcept {
  Word word = 0;
  __builtin_memcpy(&word, p, size);
  return word;
}

constexpr Word step(Word state, Word word) noexcept {
  return std::rotl((state ^ word) * factor, 29);
}

}  // namespace

std::uint64_t digest_of(const std::byte* memory, std::size_t size) noexcept {
  Word first = size;
  Word second = 1;
  std::size_t at = 0;
  for (; at + 2 * sizeof(Word) <= size; at += 2 * sizeof(Word)) {
    first = step(first, word_at(memory + at, sizeof(Word)));
    second = step(second, word_at(memory + at + sizeof(Word), sizeof(Word)));
  }
  if (at + sizeof(Word) <= size) {
    first = step(first, word_at(memory + at, sizeof(Word)));
    at += sizeof(Word);
  }
  if (at != size)
    second = step(second, word_at(memory + at, size - at));
  return first + std::rotl(second * factor, 31);
}

}  // namespace tarn::check
