// sessions.hpp - what a server keeps of one visitor.
//
// Cost     that of malloc.
// Threads  confined.
// Failure  std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/sizes.hpp"

#include <map>
#include <string>
#include <vector>

namespace tarn::compare {

class Session {
 public:
  /// A page was looked at: noted, and now and then a fact with it.
  void visit(Random& random) {
    constexpr std::size_t most_seen = 200;
    constexpr std::uint32_t most_facts = 24;
    if (seen_.size() < most_seen)
      seen_.push_back(static_cast<int>(random.between(1, 1000)));
    if (random.between(0, 3) == 0)
      facts_["fact " + std::to_string(random.between(1, most_facts))] =
          std::string(random.between(8, 200), 'v');
  }

 private:
  std::string name_ = "a visitor whose name does not fit into a short string";
  std::map<std::string, std::string> facts_;
  std::vector<int> seen_;
};

}  // namespace tarn::compare
