// door.cpp - looks where the build and the installation put it.
//
// SPDX-License-Identifier: MIT
#include "common/door.hpp"

#include "common/surroundings.hpp"

#include <filesystem>

namespace tarn::compare {

// In this order, so that an installed command never takes what was built.
std::string find_door() {
  const std::string own = own_folder();
  for (const char* folder : {"/" TARN_TOOL_LIBRARIES, "/../src/doors/malloc"}) {
    std::error_code error;
    const auto path = std::filesystem::canonical(
        own + folder + "/libtarn-malloc.so.0", error);
    if (!error)
      return path.string();
  }
  return "";
}

}  // namespace tarn::compare
