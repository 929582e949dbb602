// decode.hpp - the small grammars of a request: escapes, pairs, dates, lists.
//
// Cost     linear in the text.
// Threads  shared; no state.
// Failure  false, zero or an empty view where the text is not of the grammar.
// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace tarn::server {

[[nodiscard]] inline std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// Cuts the piece before `separator` off the front of `text`.
[[nodiscard]] inline std::string_view take_until(
    std::string_view& text, std::string_view separator) noexcept {
  const std::size_t at = text.find(separator);
  const std::string_view piece = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size()
                                                  : at + separator.size());
  return piece;
}

/// The whole text as a number. False: it is none.
template <class Number>
[[nodiscard]] bool read_number(std::string_view text, Number& number) noexcept {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end && !text.empty();
}

[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

enum class Plus : bool { is_plus, is_space };

/// Appends `text` with its %xx escapes undone. False: an escape is broken.
template <class Text>
[[nodiscard]] bool append_decoded(Text& out, std::string_view text, Plus plus) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::is_space) {
      out += ' ';
      continue;
    }
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size())
      return false;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0)
      return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

/// The value of `name` in "type; name=value; other=..." without its quotes.
[[nodiscard]] std::string_view parameter(std::string_view text,
                                         std::string_view name) noexcept;

/// Seconds since 1970 of "Sat, 16 Sep 2023 10:00:00 GMT"; 0: no such date.
[[nodiscard]] std::int64_t http_date(std::string_view text) noexcept;

/// Whether a list of entity tags names `tag` ("*" names every one).
[[nodiscard]] bool names_tag(std::string_view list,
                             std::string_view tag) noexcept;

/// Whether an Accept header takes `type`, such as "application/json".
[[nodiscard]] bool accepts(std::string_view list,
                           std::string_view type) noexcept;

}  // namespace tarn::server
