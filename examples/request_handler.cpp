// request_handler.cpp - a region per request, a budget per tenant.
//
// Everything that a request needs dies with it: the copied path, the parsed
// fields with their elements, the response. Nothing is freed by hand, and one
// test says whether any of it ran out. A tenant that asks for too much gets a
// 503; the next request finds all the memory there again.
// SPDX-License-Identifier: MIT
#include "tarn/budget.hpp"
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include <charconv>
#include <cstdio>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Field {
  std::string_view name;
  std::string_view value;
};

struct Request {
  std::string_view path;
  std::pmr::vector<Field>* fields = nullptr;
};

// Cuts `text` at the first `separator`: what stands before is returned, what
// stands behind is left.
std::string_view take_until(std::string_view& text,
                            std::string_view separator) {
  const std::size_t at = text.find(separator);
  const std::string_view before = text.substr(0, at);
  text = at == text.npos ? "" : text.substr(at + separator.size());
  return before;
}

// The views in the result point into the region, not into `raw`, whose buffer
// the next read from the socket will overwrite.
Request parse(tarn::Region& region, std::string_view raw) {
  std::string_view rest = region.copy(raw);
  Request request;
  std::string_view line = take_until(rest, "\r\n");
  take_until(line, " ");
  request.path = take_until(line, " ");
  request.fields = region.make<std::pmr::vector<Field>>();
  if (request.fields == nullptr)
    return request;
  for (line = take_until(rest, "\r\n"); !line.empty();
       line = take_until(rest, "\r\n")) {
    const std::string_view name = take_until(line, ": ");
    request.fields->push_back({name, line});
  }
  return request;
}

std::size_t wanted_lines(std::string_view path) {
  std::size_t lines = 1;
  take_until(path, "lines=");
  std::from_chars(path.data(), path.data() + path.size(), lines);
  return lines;
}

// Over a budget the door of std::pmr throws, as every std::pmr resource does.
// The handler catches it in one place and answers like any other shortage.
std::pmr::string* render(tarn::Region& region, const Request& request) {
  auto* const body = region.make<std::pmr::string>();
  if (body == nullptr)
    return nullptr;
  for (std::size_t line = wanted_lines(request.path); line > 0; --line)
    for (const Field& field : *request.fields)
      body->append(field.name).append(" is ").append(field.value) += '\n';
  return body;
}

void report_end(void* context) noexcept {
  ++*static_cast<int*>(context);
}

int handle(tarn::Budget& tenant, std::string_view raw, int& ended) {
  tarn::Region region{tenant, {.name = "request"}};
  if (!region.on_reset(&report_end, &ended))
    return 503;
  try {
    const Request request = parse(region, raw);
    if (region.ran_out())
      return 503;
    const std::pmr::string* const body = render(region, request);
    if (body == nullptr || region.ran_out())
      return 503;
    std::printf("200 %.*s: %zu fields, %zu bytes\n",
                static_cast<int>(request.path.size()), request.path.data(),
                request.fields->size(), body->size());
    return 200;
  } catch (const std::bad_alloc&) {
    return 503;
  }
}  // the cleanup runs, then every block goes, whichever return was taken

}  // namespace

int main() {
  tarn::Budget server{"server", 64 * tarn::MiB};
  tarn::Budget tenant{"tenant 7", 256 * tarn::KiB, server};
  int ended = 0;
  for (const char* const path :
       {"/", "/report?lines=100", "/report?lines=100000", "/again"}) {
    const std::string raw = std::string{"GET "} + path +
                            " HTTP/1.1\r\n"
                            "Host: example.org\r\n"
                            "Accept: text/plain\r\n"
                            "\r\n";
    const int status = handle(tenant, raw, ended);
    if (status != 200)
      std::printf("%d %s: more than the tenant's 256 KiB\n", status, path);
  }
  std::printf("%d requests ended, %zu bytes held, %s\n", ended, tenant.held(),
              tenant.refusals() > 0 ? "the budget refused" : "nothing refused");
}

//> 200 /: 2 fields, 41 bytes
//> 200 /report?lines=100: 2 fields, 4100 bytes
//> 503 /report?lines=100000: more than the tenant's 256 KiB
//> 200 /again: 2 fields, 41 bytes
//> 4 requests ended, 0 bytes held, the budget refused
