// serve_region.cpp - the handler over RegionMemory.
//
// SPDX-License-Identifier: MIT
#include "server/serve_inline.hpp"

namespace tarn::server {

template Answer serve(RegionMemory&, const Site&, std::string_view);
template Answer read_only(RegionMemory&, const Site&, std::string_view);

}  // namespace tarn::server
