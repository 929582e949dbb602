// files.hpp - static files, with conditions and ranges (RFC 9110, 13 and 14).
//
// Cost     whole files are not copied; several ranges are.
// Threads  confined.
// Failure  404, 412, 416.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/exchange.hpp"

#include <algorithm>

namespace tarn::server {

/// A range of bytes, its end not included.
struct ByteRange {
  std::size_t begin;
  std::size_t end;
};

enum class RangeKind { none, good, beyond };

/// "0-99", "100-" or "-100" in a file of `size` bytes.
[[nodiscard]] inline RangeKind read_range(std::string_view text,
                                          std::size_t size, ByteRange& range) {
  const std::string_view first = trimmed(take_until(text, "-"));
  const std::string_view last = trimmed(text);
  std::size_t from = 0;
  std::size_t to = 0;
  if (first.empty()) {
    if (!read_number(last, to))
      return RangeKind::none;
    range = {size - std::min(size, to), size};
    return to == 0 ? RangeKind::beyond : RangeKind::good;
  }
  if (!read_number(first, from))
    return RangeKind::none;
  if (last.empty())
    to = size;
  else if (!read_number(last, to) || to < from)
    return RangeKind::none;
  else
    to = std::min(size, to + 1);
  range = {from, to};
  return from < size ? RangeKind::good : RangeKind::beyond;
}

/// The ranges that a Range header asks for.
template <class Memory>
RangeKind read_ranges(std::string_view text, std::size_t size,
                      Vector<Memory, ByteRange>& ranges) {
  if (take_until(text, "=") != "bytes")
    return RangeKind::none;
  RangeKind kind = RangeKind::none;
  while (!text.empty()) {
    ByteRange range{};
    const RangeKind one = read_range(take_until(text, ","), size, range);
    if (one == RangeKind::none)
      return one;
    if (one == RangeKind::good)
      ranges.push_back(range);
    kind = one;
  }
  return ranges.empty() ? kind : RangeKind::good;
}

/// 0, or the status that the conditions of the request demand.
template <class Memory>
int condition(const Request<Memory>& request, const File& file) {
  const std::string_view match = request.header(http::field::if_match);
  if (!match.empty() && !names_tag(match, file.tag))
    return 412;
  const std::int64_t unmodified =
      http_date(request.header(http::field::if_unmodified_since));
  if (unmodified != 0 && unmodified < site_modified)
    return 412;
  const std::string_view other = request.header(http::field::if_none_match);
  if (!other.empty())
    return names_tag(other, file.tag) ? 304 : 0;
  const std::int64_t since =
      http_date(request.header(http::field::if_modified_since));
  return since >= site_modified ? 304 : 0;
}

template <class Memory>
void append_range(String<Memory>& out, const ByteRange& range,
                  std::size_t size) {
  out += "bytes ";
  append_number(out, static_cast<std::int64_t>(range.begin));
  out += '-';
  append_number(out, static_cast<std::int64_t>(range.end) - 1);
  out += '/';
  append_number(out, static_cast<std::int64_t>(size));
}

template <class Memory>
void answer_one_range(Exchange<Memory>& exchange, const File& file,
                      const ByteRange& range) {
  String<Memory> which = exchange.text();
  append_range<Memory>(which, range, file.bytes.size());
  exchange.response.set("Content-Range", which);
  exchange.response.set("Content-Type", file.type);
  exchange.response.file =
      std::string_view(file.bytes).substr(range.begin, range.end - range.begin);
}

template <class Memory>
void answer_several(Exchange<Memory>& exchange, const File& file,
                    const Vector<Memory, ByteRange>& ranges) {
  constexpr std::string_view boundary = "tarn_2f61a9c07d";
  String<Memory> type = exchange.text("multipart/byteranges; boundary=");
  type += boundary;
  exchange.response.set("Content-Type", type);
  for (const ByteRange& range : ranges) {
    String<Memory>& piece = exchange.response.piece();
    piece += "\r\n--";
    piece += boundary;
    piece += "\r\nContent-Type: ";
    piece += file.type;
    piece += "\r\nContent-Range: ";
    append_range<Memory>(piece, range, file.bytes.size());
    piece += "\r\n\r\n";
    piece += std::string_view(file.bytes)
                 .substr(range.begin, range.end - range.begin);
  }
  String<Memory>& end = exchange.response.piece();
  end += "\r\n--";
  end += boundary;
  end += "--\r\n";
}

template <class Memory>
void answer_ranges(Exchange<Memory>& exchange, const File& file) {
  const std::string_view wanted = exchange.request.header(http::field::range);
  const std::string_view only_if =
      exchange.request.header(http::field::if_range);
  Vector<Memory, ByteRange> ranges(exchange.memory.allocator());
  RangeKind kind = RangeKind::none;
  if (!wanted.empty() && (only_if.empty() || names_tag(only_if, file.tag)))
    kind = read_ranges<Memory>(wanted, file.bytes.size(), ranges);
  if (kind == RangeKind::beyond)
    return exchange.response.refuse(416);
  if (kind == RangeKind::none) {
    exchange.response.set("Content-Type", file.type);
    exchange.response.file = file.bytes;
    return;
  }
  exchange.response.status = 206;
  if (ranges.size() == 1)
    return answer_one_range(exchange, file, ranges.front());
  answer_several<Memory>(exchange, file, ranges);
}

template <class Memory>
void static_file(Exchange<Memory>& exchange) {
  const auto found = exchange.site.files.find(exchange.rest);
  if (found == exchange.site.files.end())
    return exchange.response.refuse(404);
  const File& file = found->second;
  String<Memory> tag = exchange.text("\"");
  tag += file.tag;
  tag += '"';
  exchange.response.set("ETag", tag);
  exchange.response.set("Last-Modified", site_modified_date);
  exchange.response.set("Cache-Control", "public, max-age=86400");
  exchange.response.set("Accept-Ranges", "bytes");
  const int decided = condition(exchange.request, file);
  if (decided == 412)
    return exchange.response.refuse(412);
  exchange.response.status = decided == 0 ? 200 : decided;
  if (decided == 0)
    answer_ranges(exchange, file);
}

}  // namespace tarn::server
