// response.cpp - the reason phrases.
//
// SPDX-License-Identifier: MIT
#include "server/response.hpp"

#include <boost/beast/http/status.hpp>

namespace tarn::server {

std::string_view reason_of(int status) noexcept {
  const auto reason = boost::beast::http::obsolete_reason(
      static_cast<boost::beast::http::status>(status));
  return {reason.data(), reason.size()};
}

}  // namespace tarn::server
