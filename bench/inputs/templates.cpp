// Much of the standard library, and templates that make more of it.
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <ranges>
#include <regex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N>
struct Holder {
  std::variant<int, std::string, std::vector<std::tuple<char, double>>> value;
  std::map<std::string, std::function<int(int)>> calls;
  int sum() const {
    return static_cast<int>(calls.size()) + Holder<N - 1>{}.sum();
  }
};
template <>
struct Holder<0> {
  int sum() const { return 0; }
};

int main() {
  const std::regex words("[a-z]+");
  std::cout << Holder<60>{}.sum() << std::regex_match("abc", words);
}
