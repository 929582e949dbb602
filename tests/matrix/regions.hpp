// regions.hpp - the cases of pools that end as a whole.
// SPDX-License-Identifier: MIT
#pragma once

#include "matrix/cases.hpp"

namespace tarn::test {

/// Up to one without a name.
const Case* region_cases() noexcept;

}  // namespace tarn::test
