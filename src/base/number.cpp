#include "base/number.hpp"

namespace tarn::base {
namespace {

// By how many bits a unit's letter shifts; 0: it is none.
unsigned shift_of(char letter) noexcept {
  switch (letter) {
    case 'K':
    case 'k':
      return 10;
    case 'M':
    case 'm':
      return 20;
    case 'G':
    case 'g':
      return 30;
    case 'T':
    case 't':
      return 40;
    default:
      return 0;
  }
}

}  // namespace

bool read_number(const char*& text, std::uint64_t& number) noexcept {
  const char* at = text;
  std::uint64_t sum = 0;
  for (; *at >= '0' && *at <= '9'; ++at)
    if (__builtin_mul_overflow(sum, 10u, &sum) ||
        __builtin_add_overflow(sum, static_cast<unsigned>(*at - '0'), &sum))
      return false;
  if (at == text)
    return false;
  text = at;
  number = sum;
  return true;
}

bool read_bytes(const char*& text, std::uint64_t& number) noexcept {
  const char* at = text;
  std::uint64_t sum = 0;
  if (!read_number(at, sum))
    return false;
  if (const unsigned shift = shift_of(*at); shift != 0) {
    ++at;
    if (sum << shift >> shift != sum)
      return false;
    sum <<= shift;
    if (at[0] == 'i' && at[1] == 'B')
      at += 2;
  }
  if (*at == 'B')
    ++at;
  text = at;
  number = sum;
  return true;
}

}  // namespace tarn::base
