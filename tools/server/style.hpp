// style.hpp - the containers of a request, spelled for the memory they use.
//
// Cost     none.
// Threads  confined, as the memory they use.
// Failure  std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tarn::server {

template <class Memory, class T>
using AllocatorOf = typename std::allocator_traits<
    typename Memory::Allocator>::template rebind_alloc<T>;

template <class Memory>
using String =
    std::basic_string<char, std::char_traits<char>, typename Memory::Allocator>;

template <class Memory, class T>
using Vector = std::vector<T, AllocatorOf<Memory, T>>;

/// Keys are Strings and can be looked up by string_view.
template <class Memory>
using Dictionary = std::map<
    String<Memory>, String<Memory>, std::less<>,
    AllocatorOf<Memory, std::pair<const String<Memory>, String<Memory>>>>;

/// The value of `key`, or `otherwise`.
template <class Map>
[[nodiscard]] std::string_view value_of(const Map& map, std::string_view key,
                                        std::string_view otherwise = {}) {
  const auto found = map.find(key);
  return found == map.end() ? otherwise : std::string_view(found->second);
}

template <class Text>
void append_number(Text& text, std::int64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  text.append(digits, static_cast<std::size_t>(end.ptr - digits));
}

/// "139.00" for 13900.
template <class Text>
void append_price(Text& text, std::int64_t cents) {
  append_number(text, cents / 100);
  text += '.';
  text += static_cast<char>('0' + cents / 10 % 10);
  text += static_cast<char>('0' + cents % 10);
}

/// `text` with what HTML would read as markup written as entities.
template <class Text>
void append_escaped(Text& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace tarn::server
