// serve_resource.cpp - the handler over ResourceMemory.
//
// SPDX-License-Identifier: MIT
#include "server/serve_inline.hpp"

namespace tarn::server {

template Answer serve(ResourceMemory&, const Site&, std::string_view);
template Answer read_only(ResourceMemory&, const Site&, std::string_view);

}  // namespace tarn::server
