// json_library.cpp - Boost.JSON, which is header-only when one file says so.
//
// SPDX-License-Identifier: MIT
#include <boost/json/src.hpp>
