// effort.hpp - how long a comparison may take.
//
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::compare {

enum class Effort { quick, usual, full };

}  // namespace tarn::compare
