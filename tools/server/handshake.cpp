// handshake.cpp - SHA-1 (FIPS 180-4) and base64, as much as the key needs.
//
// SPDX-License-Identifier: MIT
#include "server/handshake.hpp"

#include <bit>
#include <cstdint>
#include <span>

namespace tarn::server {
namespace {

constexpr std::size_t block_size = 64;
using Digest = std::array<std::uint32_t, 5>;

std::uint32_t big_endian(std::span<const unsigned char> bytes) noexcept {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i)
    word = word << 8 | bytes[i];
  return word;
}

void add_block(Digest& digest,
               std::span<const unsigned char, block_size> block) noexcept {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < 16; ++i)
    words[i] = big_endian(block.subspan(4 * i));
  for (std::size_t i = 16; i < words.size(); ++i)
    words[i] = std::rotl(
        words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  auto [a, b, c, d, e] = digest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint32_t mixed = b ^ c ^ d;
    std::uint32_t constant = i < 40 ? 0x6ed9eba1 : 0xca62c1d6;
    if (i < 20) {
      mixed = (b & c) | (~b & d);
      constant = 0x5a827999;
    } else if (i >= 40 && i < 60) {
      mixed = (b & c) | (b & d) | (c & d);
      constant = 0x8f1bbcdc;
    }
    const std::uint32_t next =
        std::rotl(a, 5) + mixed + e + constant + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  digest[0] += a;
  digest[1] += b;
  digest[2] += c;
  digest[3] += d;
  digest[4] += e;
}

std::array<unsigned char, 20> sha1(std::string_view text) noexcept {
  Digest digest{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  std::array<unsigned char, block_size> block{};
  std::size_t filled = 0;
  const auto push = [&](unsigned char byte) {
    block[filled++] = byte;
    if (filled == block_size) {
      add_block(digest, block);
      filled = 0;
    }
  };
  for (const char c : text)
    push(static_cast<unsigned char>(c));
  push(0x80);
  while (filled != block_size - sizeof(std::uint64_t))
    push(0);
  const std::uint64_t bits = 8 * std::uint64_t{text.size()};
  for (int shift = 56; shift >= 0; shift -= 8)
    push(static_cast<unsigned char>(bits >> shift));
  std::array<unsigned char, 20> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<unsigned char>(digest[i / 4] >> (24 - 8 * (i % 4)));
  return bytes;
}

}  // namespace

Handshake accept_key(std::string_view key) noexcept {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<char, 128> joined{};
  const std::size_t size = key.copy(joined.data(), joined.size() - guid.size());
  guid.copy(joined.data() + size, guid.size());
  const auto bytes = sha1({joined.data(), size + guid.size()});
  Handshake answer{};
  // 20 bytes are 160 bits: 26 whole digits, one of 4 bits, one sign of padding.
  for (std::size_t i = 0; i + 1 < answer.size(); ++i) {
    const std::size_t bit = 6 * i;
    const unsigned first = bytes[bit / 8];
    const unsigned second =
        bit / 8 + 1 < bytes.size() ? bytes[bit / 8 + 1] : 0u;
    answer[i] = digits[(first << 8 | second) >> (10 - bit % 8) & 63];
  }
  answer.back() = '=';
  return answer;
}

}  // namespace tarn::server
