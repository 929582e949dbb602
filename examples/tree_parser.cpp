// tree_parser.cpp - a parser whose tree dies in one call.
//
// A JSON reader. Nodes, strings and the links between them lie in one region,
// so a document of a million nodes is freed without walking it. Nodes hold
// plain pointers: nobody owns a node but the region. What a failed parse had
// made goes back with a mark, while documents read before it stay.
// SPDX-License-Identifier: MIT
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include <cctype>
#include <charconv>
#include <cstdio>
#include <string_view>

namespace {

enum class Kind { number, text, array, object };

// One node; members and elements are a list, which needs no room in advance.
struct Node {
  Kind kind = Kind::number;
  double number = 0;
  std::string_view text;
  std::string_view key;  // in its object
  Node* first = nullptr;
  Node* next = nullptr;
};

class Parser {
 public:
  Parser(tarn::Region& region, std::string_view text)
      : region_(region), rest_(text) {}

  /// The document, or nullptr when it is not one or memory ran out.
  Node* document() {
    Node* const node = value();
    skip_space();
    return rest_.empty() ? node : nullptr;
  }

 private:
  Node* value() {
    skip_space();
    if (accept('{'))
      return list(Kind::object, '}');
    if (accept('['))
      return list(Kind::array, ']');
    if (accept('"'))
      return text();
    return number();
  }

  Node* list(Kind kind, char end) {
    Node* const node = make(kind);
    if (node == nullptr || accept(end))
      return node;
    Node** place = &node->first;
    do {
      Node* const element = kind == Kind::object ? member() : value();
      if (element == nullptr)
        return nullptr;
      *place = element;
      place = &element->next;
    } while (accept(','));
    return accept(end) ? node : nullptr;
  }

  Node* member() {
    const Node* const key = accept('"') ? text() : nullptr;
    if (key == nullptr || !accept(':'))
      return nullptr;
    Node* const node = value();
    if (node != nullptr)
      node->key = key->text;
    return node;
  }

  // Copied, so that the tree outlives the buffer it was read from.
  Node* text() {
    const std::size_t size = rest_.find('"');
    if (size == rest_.npos)
      return nullptr;
    const std::string_view copy = region_.copy(rest_.substr(0, size));
    rest_.remove_prefix(size + 1);
    Node* const node = make(Kind::text);
    if (copy.data() == nullptr || node == nullptr)
      return nullptr;
    node->text = copy;
    return node;
  }

  Node* number() {
    double number = 0;
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc{})
      return nullptr;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    Node* const node = make(Kind::number);
    if (node != nullptr)
      node->number = number;
    return node;
  }

  Node* make(Kind kind) {
    Node* const node = region_.make<Node>();
    if (node != nullptr)
      node->kind = kind;
    return node;
  }

  bool accept(char wanted) {
    skip_space();
    if (rest_.empty() || rest_.front() != wanted)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_space() {
    while (!rest_.empty() &&
           std::isspace(static_cast<unsigned char>(rest_.front())) != 0)
      rest_.remove_prefix(1);
  }

  tarn::Region& region_;
  std::string_view rest_;
};

// A tree, or nullptr with the region as it was before.
const Node* read(tarn::Region& region, std::string_view text) {
  const tarn::Mark before = region.mark();
  const Node* const tree = Parser{region, text}.document();
  if (tree == nullptr)
    region.rewind(before);
  return tree;
}

double sum(const Node& node) {
  double total = node.number;
  for (const Node* child = node.first; child != nullptr; child = child->next)
    total += sum(*child);
  return total;
}

}  // namespace

int main() {
  tarn::Region documents{{.name = "documents"}};
  const Node* const order = read(
      documents, R"({"customer": "Ada", "prices": [12.5, 30, {"tax": 7.5}]})");
  if (order == nullptr)
    return 1;
  std::printf("%.*s pays %.2f\n", static_cast<int>(order->first->text.size()),
              order->first->text.data(), sum(*order));

  const std::size_t used = documents.stats().used;
  const Node* const broken = read(documents, R"({"prices": [1, 2, 3, ]})");
  std::printf("the broken document %s\n",
              broken == nullptr ? "is refused" : "?");

  // Marks cost a record each; the nodes of the broken document are gone.
  const std::size_t left = documents.stats().used - used;
  std::printf("of it %s\n",
              left < sizeof(Node) ? "nothing is left" : "some is left");
  documents.reset();
  std::printf("and %zu bytes after the reset\n", documents.stats().used);
}

//> Ada pays 50.00
//> the broken document is refused
//> of it nothing is left
// checked> of it some is left
//> and 0 bytes after the reset
