// findings.hpp - what a test has told.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "check/report.hpp"
#include "port/world.hpp"

#include <cstddef>

namespace tarn::test {

alignas(64) inline std::byte damaged[128];

/// An overflow of five bytes behind a block of 64.
inline check::Finding an_overflow() {
  static check::Record record{};
  record.size = 64;
  record.use = static_cast<unsigned>(check::BlockUse::live);
  record.allocated_on = 3;
  record.allocated_at = port::clock_ms() - 40;
  for (int i = 0; i < 5; ++i)
    damaged[64 + i] = std::byte{'A'};
  check::Finding finding{};
  finding.fault = Fault::overflow;
  finding.line << "overflow: 5 bytes changed behind " << base::Hex{damaged}
               << " (64 bytes, region 'request')";
  finding.place = damaged;
  finding.damage = damaged + 64;
  finding.damaged = 5;
  finding.block = {damaged, 64, &record};
  return finding;
}

inline check::Finding a_finding(Fault fault, const char* line) {
  check::Finding finding{};
  finding.fault = fault;
  finding.line << line;
  return finding;
}

}  // namespace tarn::test
