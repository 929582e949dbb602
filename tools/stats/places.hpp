// places.hpp - addresses of code in another process, by the files they are of.
//
// Cost     reads a few words of each file asked for, out of the process.
// Threads  confined.
// Failure  a place that is of no file is its bare address.
// SPDX-License-Identifier: MIT
#pragma once

#include "stats/target.hpp"

#include <cstdint>
#include <string>

namespace tarn::stats {

struct Place {
  std::string path;          ///< "": it is of no file
  std::uintptr_t place = 0;  ///< by the addresses of the file, or a bare one
  std::string build_id;      ///< hexadecimal, the first eight bytes; "": none
};

/// The call before the address `behind` it.
[[nodiscard]] Place place_of_call(const Target& target, std::uintptr_t behind);

/// "#2 /usr/bin/service+0x11d3 (4be2c01f9a88d310)", which `tarn symbolize`
/// reads.
[[nodiscard]] std::string text_of(const Place& place, unsigned number);

}  // namespace tarn::stats
