#include "check/output.hpp"

#include "base/sparse.hpp"
#include "check/degrade.hpp"
#include "os/file.hpp"
#include "port/last_words.hpp"

namespace tarn::check {
namespace {

constexpr std::size_t buffer_room = 8192;
// Not on the stack: a signal handler may have little of it.
TARN_SPARSE constinit char buffer[buffer_room] = {};

}  // namespace

void Output::put(char c) noexcept {
  if (size_ == buffer_room)
    flush();
  buffer[size_++] = c;
}

Output& Output::operator<<(const char* text) noexcept {
  for (; *text != '\0'; ++text)
    put(*text);
  return *this;
}

Output& Output::operator<<(const base::Line& line) noexcept {
  return *this << line.text();
}

Output& Output::operator<<(std::uint64_t number) noexcept {
  char digits[20];
  std::size_t count = 0;
  do
    digits[count++] = static_cast<char>('0' + number % 10);
  while ((number /= 10) != 0);
  while (count != 0)
    put(digits[--count]);
  return *this;
}

Output& Output::operator<<(base::Hex hex) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(hex.address);
  *this << "0x";
  int shift = static_cast<int>(sizeof address) * 8 - 4;
  while (shift > 0 && (address >> shift) == 0)
    shift -= 4;
  for (; shift >= 0; shift -= 4)
    put("0123456789abcdef"[(address >> shift) & 15]);
  return *this;
}

void Output::flush() noexcept {
  if (size_ == 0)
    return;
  const std::size_t size = size_;
  size_ = 0;
  if (filter_ != nullptr && filter_->write(buffer, size))
    return;
  filter_ = nullptr;
  if (path_ != nullptr && os::append(path_, buffer, size))
    return;
  if (path_ != nullptr)
    degraded(Degraded::no_report_file);
  path_ = nullptr;
  port::write_error(buffer, size);
}

}  // namespace tarn::check
