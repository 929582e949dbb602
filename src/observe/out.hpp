// out.hpp - text on its way to a sink, a buffer full at a time.
//
//     Out out{sink, context};
//     out << "held " << Bytes{held} << '\n';      // the destructor flushes
//
// Cost     linear in the text; a call of the sink for each half KiB.
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/stats.hpp"

namespace tarn::observe {

/// A size for people: 900 B, 1.5 KiB, 12.3 MiB.
struct Bytes {
  std::uint64_t count;
};

/// A number or a size at the right of a column.
struct Column {
  std::uint64_t number;
  unsigned width;
  bool is_bytes = false;
};

/// A number with so many digits behind the point: 1234 of two is 12.34.
struct Decimal {
  std::uint64_t number;
  unsigned digits;
};

/// Text between quotes, escaped as JSON and OpenMetrics both want it. Bytes
/// that are no UTF-8 become U+FFFD.
struct Quoted {
  const char* text;
  bool is_json = true;
};

class Out {
 public:
  Out(TextSink sink, void* context) noexcept : sink_(sink), context_(context) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() { flush(); }

  Out& operator<<(char c) noexcept;
  Out& operator<<(const char* text) noexcept;
  Out& operator<<(std::uint64_t number) noexcept;
  Out& operator<<(std::int64_t number) noexcept;
  Out& operator<<(std::uint32_t number) noexcept {
    return *this << std::uint64_t{number};
  }
  Out& operator<<(Bytes bytes) noexcept;
  Out& operator<<(Column column) noexcept;
  Out& operator<<(Decimal decimal) noexcept;
  Out& operator<<(Quoted quoted) noexcept;

 private:
  void flush() noexcept;
  void put_escaped(unsigned char c, bool is_json) noexcept;

  static constexpr std::size_t capacity = 512;

  TextSink sink_;
  void* context_;
  std::size_t size_ = 0;
  char text_[capacity];
};

/// What has changed, in one sentence without a line's end.
void write_sentence(const Snapshot& before, const Snapshot& now,
                    Out& out) noexcept;

void write_text(const Snapshot& now, const Snapshot* before, Out& out) noexcept;
void write_json(const Snapshot& now, const Snapshot* before, Out& out) noexcept;
void write_openmetrics(const Snapshot& now, Out& out) noexcept;

}  // namespace tarn::observe
