// distance.hpp - how far from a block an address lies, in words.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/text.hpp"

#include <cstdint>

namespace tarn::check {

enum class Side : std::uint8_t { into, before, behind };

struct Distance {
  Side side;
  std::uint64_t bytes;
};

/// "12 bytes into ", "1 byte before ", "right behind ".
inline base::Line& operator<<(base::Line& line, Distance distance) noexcept {
  constexpr const char* words[] = {"into ", "before ", "behind "};
  if (distance.bytes == 0 && distance.side != Side::into)
    line << "right ";
  else
    line << distance.bytes << (distance.bytes == 1 ? " byte " : " bytes ");
  return line << words[static_cast<unsigned>(distance.side)];
}

}  // namespace tarn::check
