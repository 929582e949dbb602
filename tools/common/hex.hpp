// hex.hpp - bytes as text, two digits each.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace tarn {

[[nodiscard]] inline std::string hex(const unsigned char* bytes,
                                     std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

}  // namespace tarn
