// serve.hpp - answers one request in one memory.
//
// Cost     about that of the parser twice; docs/compare.md has the shares.
// Threads  confined; the site is shared.
// Failure  every request gets an answer; std::bad_alloc when memory is out.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/memory.hpp"
#include "server/site.hpp"

#include <cstdint>
#include <string_view>

namespace tarn::server {

struct Answer {
  int status;
  std::uint64_t checksum;
  std::uint64_t size;  ///< bytes that would be sent
};

/// The answer to `bytes`. Defined for the four memories of memory.hpp.
template <class Memory>
[[nodiscard]] Answer serve(Memory& memory, const Site& site,
                           std::string_view bytes);

/// Only what serve() begins with: the request read and decoded, no answer.
template <class Memory>
[[nodiscard]] Answer read_only(Memory& memory, const Site& site,
                               std::string_view bytes);

}  // namespace tarn::server
