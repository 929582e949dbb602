// serve_inline.hpp - the handler's template; one .cpp for each memory.
//
// Cost     as serve.hpp says.
// Threads  confined.
// Failure  as serve.hpp says.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/routes.hpp"
#include "server/serve.hpp"

namespace tarn::server {

/// As serve(), with `handle` in the place of the routes.
template <class Memory, class Handle>
Answer serve_by(Memory& memory, const Site& site, std::string_view bytes,
                Handle&& handle) {
  auto request = memory.template make<Request<Memory>>(memory);
  auto response = memory.template make<Response<Memory>>(memory);
  response->set("Date", "Mon, 09 Oct 2023 08:00:00 GMT");
  response->set("Server", "tarn-outfitters");
  const int refused = request->read(bytes);
  if (refused == 0) {
    Exchange<Memory> exchange{memory, site, *request, *response, {}, nullptr};
    exchange.user = site.user(value_of(request->cookies, "session"));
    handle(exchange);
    if (const std::string_view id = request->header("X-Request-Id");
        !id.empty())
      response->set("X-Request-Id", id);
  } else {
    response->refuse(refused);
  }
  response->set("Connection", refused == 0 && request->keeps_alive()
                                  ? "keep-alive"
                                  : "close");
  const Checksum sum = response->finish(refused == 0 && request->is_head());
  return {response->status, sum.value(), sum.size()};
}

template <class Memory>
Answer serve(Memory& memory, const Site& site, std::string_view bytes) {
  return serve_by(memory, site, bytes,
                  [](Exchange<Memory>& exchange) { route(exchange); });
}

template <class Memory>
Answer read_only(Memory& memory, const Site&, std::string_view bytes) {
  auto request = memory.template make<Request<Memory>>(memory);
  const int refused = request->read(bytes);
  return {refused, request->path.size(), 0};
}

}  // namespace tarn::server
