#include "base/text.hpp"

namespace tarn::base {

Line& Line::operator<<(const char* text) noexcept {
  for (; *text != '\0'; ++text)
    put(*text);
  return *this;
}

// Long division, of 16 bits at a time: on a board that of 64 bits would be most
// of what a fault needs of the flash.
Line& Line::operator<<(std::uint64_t number) noexcept {
  std::uint32_t parts[4];
  for (std::uint32_t* part = parts + 4; part != parts; number >>= 16)
    *--part = number & 0xffff;
  char digits[20];
  std::size_t count = 0;
  std::uint32_t left = 0;
  do {
    std::uint32_t rest = 0;
    left = 0;
    for (std::uint32_t& part : parts) {
      const std::uint32_t value = rest << 16 | part;
      part = value / 10;
      rest = value % 10;
      left |= part;
    }
    digits[count++] = static_cast<char>('0' + rest);
  } while (left != 0);
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
