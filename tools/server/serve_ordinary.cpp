// serve_ordinary.cpp - the handler over OrdinaryMemory.
//
// SPDX-License-Identifier: MIT
#include "server/serve_inline.hpp"

namespace tarn::server {

template Answer serve(OrdinaryMemory&, const Site&, std::string_view);
template Answer read_only(OrdinaryMemory&, const Site&, std::string_view);

}  // namespace tarn::server
