// exchange.hpp - one request, its answer, and what both stand on.
//
// Cost     none of its own.
// Threads  confined.
// Failure  none of its own.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/request.hpp"
#include "server/response.hpp"
#include "server/site.hpp"

namespace tarn::server {

template <class Memory>
struct Exchange {
  Memory& memory;
  const Site& site;
  Request<Memory>& request;
  Response<Memory>& response;
  std::string_view rest;       ///< of the path, behind the route's prefix
  const User* user = nullptr;  ///< whose session the cookies name

  [[nodiscard]] String<Memory> text(std::string_view from = {}) const {
    return String<Memory>(from, memory.allocator());
  }
};

}  // namespace tarn::server
