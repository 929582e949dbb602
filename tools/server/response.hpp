// response.hpp - an answer, built from pieces.
//
// Headers are pairs, the body is a list of pieces and, for files, a view of
// bytes that live elsewhere. finish() writes the head, counts the length and
// folds all of it into the checksum, as a server would hand it to writev.
//
// Cost     linear in the answer.
// Threads  confined.
// Failure  std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/checksum.hpp"
#include "server/style.hpp"

#include <string_view>
#include <utility>

namespace tarn::server {

/// "Not Found" for 404.
[[nodiscard]] std::string_view reason_of(int status) noexcept;

template <class Memory>
class Response {
 public:
  explicit Response(Memory& memory)
      : headers(memory.allocator()), pieces(memory.allocator()) {}

  void set(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
  }

  /// A new piece at the body's end.
  [[nodiscard]] String<Memory>& piece() { return pieces.emplace_back(); }

  /// Status and a body of one line.
  void refuse(int why) {
    status = why;
    pieces.clear();
    file = {};
    set("Content-Type", "text/plain; charset=utf-8");
    String<Memory>& text = piece();
    append_number(text, why);
    text += ' ';
    text += reason_of(why);
    text += '\n';
  }

  /// Everything as it would be sent.
  [[nodiscard]] Checksum finish(bool head_only) const {
    std::size_t length = file.size();
    for (const String<Memory>& one : pieces)
      length += one.size();
    Checksum sum;
    sum.add(head(length));
    if (head_only)
      return sum;
    for (const String<Memory>& one : pieces)
      sum.add(one);
    sum.add(file);
    return sum;
  }

  int status = 200;
  Vector<Memory, std::pair<String<Memory>, String<Memory>>> headers;
  Vector<Memory, String<Memory>> pieces;
  std::string_view file;  ///< sent behind the pieces

 private:
  String<Memory> head(std::size_t length) const {
    String<Memory> text("HTTP/1.1 ", headers.get_allocator());
    append_number(text, status);
    text += ' ';
    text += reason_of(status);
    text += "\r\n";
    for (const auto& [name, value] : headers) {
      text += name;
      text += ": ";
      text += value;
      text += "\r\n";
    }
    if (status != 204 && status != 304 && status != 101) {
      text += "Content-Length: ";
      append_number(text, static_cast<std::int64_t>(length));
      text += "\r\n";
    }
    text += "\r\n";
    return text;
  }
};

}  // namespace tarn::server
