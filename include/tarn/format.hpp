// format.hpp - formatted text in a Region, by {fmt} (libfmt-dev).
//
//     std::string_view line = tarn::format(request, "{} {}\r\n", code, reason);
//
// The text is written where the region's next block would be, and its block
// ends behind it; text of more than 255 bytes is measured and written twice.
//
// Cost     fmt's own; one block.
// Threads  confined, as the region.
// Failure  data() is null; for empty text it is not. What fmt throws for a
//          format that does not fit its arguments passes through.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <fmt/format.h>
#include <string_view>

namespace tarn {
inline namespace v1 {
namespace detail {

inline std::string_view format_in(Region& region, fmt::string_view format,
                                  fmt::format_args args) {
  constexpr std::size_t guess = 256;
  std::size_t room = guess;
  auto* text = static_cast<char*>(region.allocate(room, alignof(char)));
  if (text == nullptr)
    return {};
  std::size_t size = fmt::vformat_to_n(text, room - 1, format, args).size;
  if (size >= room) {
    void* const larger = region.grow(text, room, size + 1, alignof(char));
    if (larger == nullptr) {
      region.deallocate(text, room);
      return {};
    }
    text = static_cast<char*>(larger);
    room = size + 1;
    size = fmt::vformat_to_n(text, room - 1, format, args).size;
  }
  text[size] = '\0';
  (void)region.resize_in_place(text, room, size + 1);
  return {text, size};
}

}  // namespace detail

template <class... Args>
[[nodiscard]] std::string_view format(Region& region,
                                      fmt::format_string<Args...> format,
                                      Args&&... args) {
  return detail::format_in(region, fmt::string_view(format),
                           fmt::make_format_args(args...));
}

}  // namespace v1
}  // namespace tarn
