// decode.cpp - parameters, dates, entity tags and media types.
//
// SPDX-License-Identifier: MIT
#include "server/decode.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace tarn::server {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr",
                                                  "May", "Jun", "Jul", "Aug",
                                                  "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string_view parameter(std::string_view text,
                           std::string_view name) noexcept {
  (void)take_until(text, ";");
  while (!text.empty()) {
    std::string_view value = trimmed(take_until(text, ";"));
    if (take_until(value, "=") != name)
      continue;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

std::int64_t http_date(std::string_view text) noexcept {
  constexpr std::size_t length = 29;
  if (text.size() != length || !text.ends_with(" GMT"))
    return 0;
  unsigned day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  if (month == months.end() || !read_number(text.substr(5, 2), day) ||
      !read_number(text.substr(12, 4), year) ||
      !read_number(text.substr(17, 2), hour) ||
      !read_number(text.substr(20, 2), minute) ||
      !read_number(text.substr(23, 2), second))
    return 0;
  const std::chrono::year_month_day date{
      std::chrono::year{year},
      std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
      std::chrono::day{day}};
  const std::chrono::seconds time =
      std::chrono::sys_days{date}.time_since_epoch() +
      std::chrono::hours{hour} + std::chrono::minutes{minute} +
      std::chrono::seconds{second};
  return time.count();
}

bool names_tag(std::string_view list, std::string_view tag) noexcept {
  while (!list.empty()) {
    std::string_view one = trimmed(take_until(list, ","));
    if (one == "*")
      return true;
    if (one.starts_with("W/"))
      one.remove_prefix(2);
    if (one.size() == tag.size() + 2 && one.substr(1, tag.size()) == tag)
      return true;
  }
  return false;
}

bool accepts(std::string_view list, std::string_view type) noexcept {
  if (list.empty())
    return true;
  const std::string_view family = type.substr(0, type.find('/') + 1);
  while (!list.empty()) {
    std::string_view one = trimmed(take_until(list, ","));
    one = trimmed(take_until(one, ";"));
    if (one == "*/*" || one == type ||
        (one.ends_with("/*") && one.substr(0, one.size() - 1) == family))
      return true;
  }
  return false;
}

}  // namespace tarn::server
