// serve_malloc.cpp - the handler over MallocMemory.
//
// SPDX-License-Identifier: MIT
#include "server/serve_inline.hpp"

namespace tarn::server {

template Answer serve(MallocMemory&, const Site&, std::string_view);
template Answer read_only(MallocMemory&, const Site&, std::string_view);

}  // namespace tarn::server
