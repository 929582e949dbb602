// sampled_object.hpp - an object of 64 bytes, of pools in mode `sampled`.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/object_pool.hpp"

#include "support/sampled.hpp"

namespace tarn::test {

struct Object {
  char bytes[64];
};

}  // namespace tarn::test
