// dwarf.hpp - numbers as debuggers and exceptions have them, read in a row.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tarn::os::dwarf {

class Reader {
 public:
  explicit Reader(const std::byte* at, const std::byte* end) noexcept
      : at_(at), end_(end) {}

  [[nodiscard]] bool is_at_end() const noexcept { return at_ >= end_; }
  [[nodiscard]] const std::byte* at() const noexcept { return at_; }
  void skip(std::uint64_t bytes) noexcept {
    at_ = bytes < static_cast<std::uint64_t>(end_ - at_) ? at_ + bytes : end_;
  }

  /// A number of the machine's own; 0 behind the end.
  template <class Number>
  Number read() noexcept {
    Number number = 0;
    if (static_cast<std::size_t>(end_ - at_) < sizeof number) {
      at_ = end_;
      return number;
    }
    std::memcpy(&number, at_, sizeof number);
    at_ += sizeof number;
    return number;
  }

  /// Seven bits a byte, the lowest first (LEB128).
  std::uint64_t read_unsigned() noexcept {
    int bits = 0;
    unsigned last = 0;
    return read_bits(bits, last);
  }
  std::int64_t read_signed() noexcept {
    int bits = 0;
    unsigned last = 0;
    std::uint64_t number = read_bits(bits, last);
    if (bits < 64 && (last & 0x40) != 0)
      number |= ~std::uint64_t{0} << bits;
    return static_cast<std::int64_t>(number);
  }

  /// An address in one of the encodings of exceptions (DW_EH_PE_*): absolute or
  /// relative to itself. False: another encoding.
  bool read_address(unsigned encoding, std::uintptr_t& address) noexcept {
    constexpr unsigned size = 0x0f;
    constexpr unsigned relation = 0x70;
    constexpr unsigned to_itself = 0x10;
    const auto here = reinterpret_cast<std::uintptr_t>(at_);
    if (!read_sized(encoding & size, address))
      return false;
    if ((encoding & relation) == to_itself)
      address += here;
    return (encoding & ~(size | to_itself)) == 0;
  }

  bool read_sized(unsigned size, std::uintptr_t& number) noexcept {
    switch (size) {
      case 0x00:
      case 0x04:
      case 0x0c:
        number = read<std::uint64_t>();
        return true;
      case 0x03:
        number = read<std::uint32_t>();
        return true;
      case 0x0b:
        number = static_cast<std::uintptr_t>(read<std::int32_t>());
        return true;
      default:
        return false;
    }
  }

 private:
  std::uint64_t read_bits(int& bits, unsigned& last) noexcept {
    std::uint64_t number = 0;
    do {
      last = read<std::uint8_t>();
      if (bits < 64)
        number |= std::uint64_t{last & 0x7f} << bits;
      bits += 7;
    } while ((last & 0x80) != 0);
    return number;
  }

  const std::byte* at_;
  const std::byte* end_;
};

}  // namespace tarn::os::dwarf
