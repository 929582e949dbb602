// request.hpp - a request as its handler sees it.
//
// Boost.Beast parses the bytes; path, query and cookies are decoded into the
// request's own containers. Headers and body stay where the parser put them.
//
// Cost     linear in the request.
// Threads  confined.
// Failure  read() gives the status that says what is wrong with the request.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/decode.hpp"
#include "server/style.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string_view>
#include <tuple>
#include <utility>

namespace tarn::server {

namespace http = boost::beast::http;

/// Beyond these a request is refused, 431 and 413.
inline constexpr std::uint32_t header_limit = 8 * 1024;
inline constexpr std::uint64_t body_limit = 1024 * 1024;

template <class Memory>
class Request {
 public:
  explicit Request(Memory& memory)
      : query(memory.allocator()),
        cookies(memory.allocator()),
        path(memory.allocator()),
        parser_(std::piecewise_construct, std::make_tuple(memory.allocator()),
                std::make_tuple(memory.allocator())) {
    parser_.header_limit(header_limit);
    parser_.body_limit(body_limit);
    parser_.eager(true);
  }

  /// 0, or the status of the refusal.
  [[nodiscard]] int read(std::string_view bytes) {
    if (const int refused = parse(bytes); refused != 0)
      return refused;
    std::string_view target = view(message().target());
    if (message().method() == http::verb::unknown)
      return 501;
    if (const int refused = check_headers(); refused != 0)
      return refused;
    if (const std::size_t scheme = target.find("://");
        scheme != std::string_view::npos && target.front() != '/')
      target.remove_prefix(target.find('/', scheme + 3));
    const std::string_view undecoded = take_until(target, "?");
    const bool decoded = append_decoded(path, undecoded, Plus::is_plus) &&
                         path.find('\0') == path.npos &&
                         append_pairs(query, target);
    if (!decoded || (path != "*" && !path.starts_with('/')))
      return 400;
    read_cookies(header(http::field::cookie));
    return 0;
  }

  [[nodiscard]] http::verb method() const { return message().method(); }
  [[nodiscard]] bool is_head() const { return method() == http::verb::head; }

  [[nodiscard]] std::string_view header(http::field name) const {
    return view(message()[name]);
  }

  [[nodiscard]] std::string_view header(std::string_view name) const {
    return view(message()[name]);
  }

  [[nodiscard]] std::string_view body() const { return message().body(); }
  [[nodiscard]] bool keeps_alive() const { return message().keep_alive(); }

  /// The media type of the body, without its parameters.
  [[nodiscard]] std::string_view body_type() const {
    std::string_view type = header(http::field::content_type);
    return trimmed(take_until(type, ";"));
  }

  /// Appends "a=b&c=d"; of equal keys the first one stays.
  template <class Map>
  [[nodiscard]] static bool append_pairs(Map& map, std::string_view text) {
    while (!text.empty()) {
      std::string_view value = take_until(text, "&");
      String<Memory> key(map.get_allocator());
      String<Memory> decoded(map.get_allocator());
      if (!append_decoded(key, take_until(value, "="), Plus::is_space) ||
          !append_decoded(decoded, value, Plus::is_space))
        return false;
      map.try_emplace(std::move(key), std::move(decoded));
    }
    return true;
  }

  Dictionary<Memory> query;
  Dictionary<Memory> cookies;
  String<Memory> path;

 private:
  using Allocator = typename Memory::Allocator;
  using Body = http::basic_string_body<char, std::char_traits<char>, Allocator>;
  using Parser = http::request_parser<Body, Allocator>;

  template <class View>
  static std::string_view view(const View& text) {
    return {text.data(), text.size()};
  }

  const typename Parser::value_type& message() const { return parser_.get(); }

  int parse(std::string_view bytes) {
    boost::beast::error_code error;
    parser_.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error == http::error::header_limit)
      return 431;
    if (error == http::error::body_limit)
      return 413;
    if (error == http::error::bad_version && names_version(bytes))
      return 505;
    return error || !parser_.is_done() ? 400 : 0;
  }

  // Whether the first line ends in the name of some version of HTTP.
  static bool names_version(std::string_view bytes) {
    constexpr std::string_view pattern = "HTTP/1.1";
    const std::string_view line = take_until(bytes, "\r\n");
    const std::size_t at = line.rfind(' ');
    return at != line.npos && line.size() == at + 1 + pattern.size() &&
           line.substr(at + 1, pattern.find('/') + 1) ==
               pattern.substr(0, pattern.find('/') + 1);
  }

  int check_headers() const {
    const std::size_t hosts = message().count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message().version() > 10) ||
        method() == http::verb::connect)
      return 400;
    const std::string_view coding = header(http::field::transfer_encoding);
    if (!coding.empty() && !message().chunked())
      return 501;
    return 0;
  }

  void read_cookies(std::string_view text) {
    while (!text.empty()) {
      std::string_view value = trimmed(take_until(text, ";"));
      const std::string_view key = take_until(value, "=");
      if (!key.empty())
        cookies.try_emplace(String<Memory>(key, cookies.get_allocator()),
                            value);
    }
  }

  Parser parser_;
};

}  // namespace tarn::server
