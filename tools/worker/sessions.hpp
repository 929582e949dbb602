// sessions.hpp - what a server keeps of one visitor.
//
// Cost     that of the memory.
// Threads  confined.
// Failure  std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/sizes.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tarn::compare {

template <template <class> class Allocator>
class Session {
 public:
  using Text = std::basic_string<char, std::char_traits<char>, Allocator<char>>;

  /// A page was looked at: noted, and now and then a fact with it.
  void visit(Random& random) {
    constexpr std::size_t most_seen = 200;
    constexpr std::uint32_t most_facts = 24;
    if (seen_.size() < most_seen)
      seen_.push_back(static_cast<int>(random.between(1, 1000)));
    if (random.between(0, 3) == 0)
      facts_[Text("fact ") +
             std::to_string(random.between(1, most_facts)).c_str()] =
          Text(random.between(8, 200), 'v');
  }

 private:
  Text name_ = "a visitor whose name does not fit into a short string";
  std::map<Text, Text, std::less<>, Allocator<std::pair<const Text, Text>>>
      facts_;
  std::vector<int, Allocator<int>> seen_;
};

}  // namespace tarn::compare
