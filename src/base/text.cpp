#include "base/text.hpp"

namespace tarn::base {

Line& Line::operator<<(const char* text) noexcept {
  for (; *text != '\0'; ++text)
    put(*text);
  return *this;
}

Line& Line::operator<<(std::uint64_t number) noexcept {
  char digits[20];
  std::size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count != 0)
    put(digits[--count]);
  return *this;
}

Line& Line::operator<<(Hex hex) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(hex.address);
  *this << "0x";
  int shift = static_cast<int>(sizeof address) * 8 - 4;
  while (shift > 0 && (address >> shift) == 0)
    shift -= 4;
  for (; shift >= 0; shift -= 4)
    put("0123456789abcdef"[(address >> shift) & 15]);
  return *this;
}

Line& Line::operator<<(Some some) noexcept {
  constexpr std::size_t most = capacity / 4;
  for (std::size_t i = 0; i < some.size && some.text[i] != '\0'; ++i) {
    if (i == most)
      return *this << "...";
    put(some.text[i]);
  }
  return *this;
}

void Line::put(char c) noexcept {
  if (size_ + 1 < capacity)
    text_[size_++] = c;
}

}  // namespace tarn::base
