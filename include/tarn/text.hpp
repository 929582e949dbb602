// text.hpp - text in a Region: completes region.copy() and region.concat().
//
//     std::string_view path = request.copy(raw_path);
//     std::string_view file = request.concat(root, "/", path);
//
// Everything that converts to a std::string_view is text. Results are followed
// by a zero byte, so that data() is also a C string.
//
// Cost     linear in the text, one block.
// Threads  confined, as the region.
// Failure  data() is null; for empty text that was copied it is not.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <cstring>
#include <string_view>

namespace tarn {
inline namespace v1 {
namespace detail {

template <class... Text>
struct TextDoor {
  static std::string_view copy(Region& region, std::string_view text) noexcept {
    return join(region, text);
  }

  static std::string_view concat(Region& region,
                                 const Text&... parts) noexcept {
    return join(region, std::string_view(parts)...);
  }

 private:
  template <class... Views>
  static std::string_view join(Region& region, Views... views) noexcept {
    std::size_t size = 0;
    bool wraps = false;
    ((wraps |= __builtin_add_overflow(size, views.size(), &size)), ...);
    // No text is longer than half of all addresses; such a size is refused,
    // remembered and reported like any other.
    if (wraps || size > no_limit / 2) [[unlikely]] {
      (void)region.allocate(no_limit, alignof(char));
      return {};
    }
    auto* const begin =
        static_cast<char*>(region.allocate(size + 1, alignof(char)));
    if (begin == nullptr)
      return {};
    char* end = begin;
    ((end = put(end, views)), ...);
    *end = '\0';
    return {begin, size};
  }

  static char* put(char* to, std::string_view view) noexcept {
    if (!view.empty())
      std::memcpy(to, view.data(), view.size());
    return to + view.size();
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
