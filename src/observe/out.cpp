#include "observe/out.hpp"

namespace tarn::observe {
namespace {

constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

// Bytes in tenths of the unit, rounded down.
struct Scaled {
  std::uint64_t tenths;
  unsigned unit;
};

Scaled scaled(std::uint64_t count) noexcept {
  unsigned unit = 0;
  std::uint64_t rest = 0;
  for (; count >= KiB; ++unit) {
    rest = count % KiB;
    count /= KiB;
  }
  return {count * 10 + rest * 10 / KiB, unit};
}

// Three digits at most before the unit: 1.5, 12.3, 900.
unsigned write_number(Scaled value, char* digits) noexcept {
  constexpr std::uint64_t hundred = 1000;  // in tenths
  const bool has_tenths = value.unit != 0 && value.tenths < hundred;
  std::uint64_t number = has_tenths ? value.tenths : value.tenths / 10;
  unsigned size = 0;
  do {
    digits[size++] = static_cast<char>('0' + number % 10);
    number /= 10;
    if (has_tenths && size == 1)
      digits[size++] = '.';
  } while (number != 0 || (has_tenths && size == 2));
  for (unsigned i = 0; i < size / 2; ++i) {
    const char c = digits[i];
    digits[i] = digits[size - 1 - i];
    digits[size - 1 - i] = c;
  }
  digits[size] = '\0';
  return size;
}

unsigned length_of(const char* text) noexcept {
  return static_cast<unsigned>(__builtin_strlen(text));
}

// How many bytes the character at `text` has; 0 where it is no UTF-8. Overlong
// forms and surrogates pass nobody's parser, so they do not pass here.
unsigned utf8_length(const unsigned char* text) noexcept {
  const unsigned char c = text[0];
  if (c < 0x80)
    return 1;
  const unsigned length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  if (c < 0xC2 || c > 0xF4)
    return 0;
  for (unsigned i = 1; i < length; ++i)
    if ((text[i] & 0xC0) != 0x80)
      return 0;
  const bool is_wrong =
      (c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] >= 0xA0) ||
      (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] >= 0x90);
  return is_wrong ? 0 : length;
}

}  // namespace

Out& Out::operator<<(char c) noexcept {
  if (size_ == capacity)
    flush();
  text_[size_++] = c;
  return *this;
}

Out& Out::operator<<(const char* text) noexcept {
  for (; *text != '\0'; ++text)
    *this << *text;
  return *this;
}

Out& Out::operator<<(std::uint64_t number) noexcept {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count != 0)
    *this << digits[--count];
  return *this;
}

Out& Out::operator<<(std::int64_t number) noexcept {
  if (number < 0)
    return *this << '-'
                 << (std::uint64_t{0} - static_cast<std::uint64_t>(number));
  return *this << static_cast<std::uint64_t>(number);
}

Out& Out::operator<<(Bytes bytes) noexcept {
  const Scaled value = scaled(bytes.count);
  char digits[8];
  write_number(value, digits);
  return *this << digits << ' ' << units[value.unit];
}

Out& Out::operator<<(Column column) noexcept {
  char digits[24];
  unsigned length = 0;
  const Scaled value = scaled(column.number);
  if (column.is_bytes) {
    length = write_number(value, digits) + 1 + length_of(units[value.unit]);
  } else {
    for (std::uint64_t n = column.number; n >= 10; n /= 10)
      ++length;
    ++length;
  }
  for (; length < column.width; ++length)
    *this << ' ';
  if (column.is_bytes)
    return *this << digits << ' ' << units[value.unit];
  return *this << column.number;
}

Out& Out::operator<<(Decimal decimal) noexcept {
  constexpr unsigned base = 10;
  std::uint64_t unit = 1;
  for (unsigned i = 0; i < decimal.digits; ++i)
    unit *= base;
  *this << decimal.number / unit << '.';
  for (unit /= base; unit != 0; unit /= base)
    *this << static_cast<char>('0' + decimal.number / unit % base);
  return *this;
}

Out& Out::operator<<(Quoted quoted) noexcept {
  *this << '"';
  const auto* text = reinterpret_cast<const unsigned char*>(quoted.text);
  while (*text != '\0') {
    const unsigned length = utf8_length(text);
    if (length == 0) {
      *this << "\xEF\xBF\xBD";
      ++text;
    }
    for (unsigned i = 0; i < length; ++i)
      put_escaped(*text++, quoted.is_json);
  }
  return *this << '"';
}

void Out::put_escaped(unsigned char c, bool is_json) noexcept {
  if (c == '"' || c == '\\') {
    *this << '\\' << static_cast<char>(c);
  } else if (c == '\n') {
    *this << "\\n";
  } else if (c < ' ' && is_json) {
    constexpr const char* hex = "0123456789abcdef";
    *this << "\\u00" << hex[c >> 4] << hex[c & 15];
  } else {
    *this << static_cast<char>(c);
  }
}

void Out::flush() noexcept {
  if (size_ != 0)
    sink_(context_, text_, size_);
  size_ = 0;
}

}  // namespace tarn::observe
