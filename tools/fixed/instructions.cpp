// instructions.cpp - reads the parts of a callgrind file (its format 1).
//
// Names are given once and then by number: `fn=(12) name`, `fn=(12)`. Lines
// behind `cfn=` and `calls=` say what a call cost with all that it called.
//
// SPDX-License-Identifier: MIT
#include "fixed/instructions.hpp"

#include <cstdlib>
#include <map>
#include <string_view>

namespace tarn::compare::fixed {
namespace {

using Edges = std::map<std::string, std::set<std::string>>;

// A function that callgrind counts, whatever stands before and behind in its
// symbol.
bool is_door(const std::string& name) {
  return name.find("counted_allocate") != std::string::npos ||
         name.find("counted_deallocate") != std::string::npos;
}

// The functions of one file, by their numbers.
class Names {
 public:
  // "(12) name" or "(12)".
  const std::string& of(const std::string& text) {
    const std::size_t end = text.find(')');
    std::string& name = names_[text.substr(0, end)];
    if (end != std::string::npos && end + 2 < text.size())
      name = text.substr(end + 2);
    return name;
  }

 private:
  std::map<std::string, std::string> names_;
};

void add_reached(const Edges& edges, const std::string& from,
                 std::set<std::string>& reached) {
  if (!reached.insert(from).second)
    return;
  const auto found = edges.find(from);
  if (found == edges.end())
    return;
  for (const std::string& to : found->second)
    add_reached(edges, to, reached);
}

// One part after the other.
class Parts {
 public:
  explicit Parts(std::istream& file) : file_(file) {}

  [[nodiscard]] std::vector<CountedCall> read() {
    for (std::string line; std::getline(file_, line);)
      read_line(line);
    end_part();
    return std::move(calls_);
  }

 private:
  void read_line(const std::string& line) {
    if (line.starts_with("part: "))
      end_part();
    else if (line.starts_with("fn="))
      function_ = names_.of(line.substr(3));
    else if (line.starts_with("cfn="))
      called_ = names_.of(line.substr(4));
    else if (line.starts_with("calls="))
      is_cost_next_ = true;
    else if (is_cost_next_)
      read_cost(line);
  }

  void read_cost(const std::string& line) {
    is_cost_next_ = false;
    edges_[function_].insert(called_);
    if (!is_door(called_))
      return;
    door_ = called_;
    call_.instructions =
        std::strtoull(line.c_str() + line.rfind(' ') + 1, nullptr, 10);
  }

  void end_part() {
    if (!door_.empty() && call_.instructions != 0) {
      add_reached(edges_, door_, call_.functions);
      calls_.push_back(std::move(call_));
    }
    call_ = {};
    edges_.clear();
    door_.clear();
  }

  std::istream& file_;
  Names names_;
  Edges edges_;
  std::string function_;
  std::string called_;
  std::string door_;
  bool is_cost_next_ = false;
  CountedCall call_;
  std::vector<CountedCall> calls_;
};

}  // namespace

std::vector<std::string> counting_options(const Symbols& symbols) {
  std::vector<std::string> options{"--combine-dumps=yes", "--dump-line=no",
                                   "--demangle=no"};
  // Each by its name: callgrind forgets some where patterns are alike.
  for (const auto& [name, size] : symbols)
    if (is_door(name))
      for (const char* const when : {"--zero-before=", "--dump-after="})
        options.push_back(when + name);
  return options;
}

std::vector<CountedCall> read_counted_calls(std::istream& file) {
  return Parts(file).read();
}

}  // namespace tarn::compare::fixed
