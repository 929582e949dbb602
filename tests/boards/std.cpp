// What headers of libstdc++ leave to its archive, of which a bare compiler has
// none, as far as the tests ask for it. Trees are not kept in balance here:
// tests have small ones.
#include "boards/board.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unordered_set>

namespace std {

// Without exceptions running out of something ends the test.
void __throw_bad_alloc() {
  abort();
}
void __throw_bad_array_new_length() {
  abort();
}
void __throw_length_error(const char*) {
  abort();
}
void __throw_logic_error(const char*) {
  abort();
}
void __throw_out_of_range_fmt(const char*, ...) {
  abort();
}
void __throw_bad_optional_access() {
  abort();
}

int vfprintf(FILE*, const char* format, va_list values) {
  char one[2] = {};
  for (; *format != '\0'; ++format) {
    one[0] = *format;
    if (*format != '%') {
      board::write(one);
      continue;
    }
    if (*++format == 'z')
      ++format;
    if (*format == 's')
      board::write(va_arg(values, const char*));
    else
      board::write(va_arg(values, unsigned));
  }
  return 0;
}
int printf(const char* format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  return 0;
}
int fprintf(FILE* file, const char* format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(file, format, values);
  va_end(values);
  return 0;
}

int atoi(const char* text) noexcept {
  int number = 0;
  for (; '0' <= *text && *text <= '9'; ++text)
    number = 10 * number + (*text - '0');
  return number;
}

// Black, all of them; the header, which is red, stands behind the last.
using Node = _Rb_tree_node_base;

Node* _Rb_tree_increment(Node* node) noexcept {
  if (node->_M_right != nullptr)
    return Node::_S_minimum(node->_M_right);
  Node* above = node->_M_parent;
  while (node == above->_M_right) {
    node = above;
    above = above->_M_parent;
  }
  // From the root, when it is the largest: the header is above and below it.
  return node->_M_right != above ? above : node;
}
const Node* _Rb_tree_increment(const Node* node) noexcept {
  return _Rb_tree_increment(const_cast<Node*>(node));
}

Node* _Rb_tree_decrement(Node* node) noexcept {
  if (node->_M_color == _S_red && node->_M_parent->_M_parent == node)
    return node->_M_right;
  if (node->_M_left != nullptr)
    return Node::_S_maximum(node->_M_left);
  Node* above = node->_M_parent;
  while (node == above->_M_left) {
    node = above;
    above = above->_M_parent;
  }
  return above;
}
const Node* _Rb_tree_decrement(const Node* node) noexcept {
  return _Rb_tree_decrement(const_cast<Node*>(node));
}

void _Rb_tree_insert_and_rebalance(const bool is_left, Node* node, Node* above,
                                   Node& header) noexcept {
  node->_M_parent = above;
  node->_M_left = nullptr;
  node->_M_right = nullptr;
  node->_M_color = _S_black;
  if (above == &header) {
    header._M_parent = node;
    header._M_left = node;
    header._M_right = node;
  } else if (is_left) {
    above->_M_left = node;
    if (above == header._M_left)
      header._M_left = node;
  } else {
    above->_M_right = node;
    if (above == header._M_right)
      header._M_right = node;
  }
}

namespace {

// `with`, or nothing, comes where `node` is.
void put_in_place(Node* node, Node* with, Node& header) {
  if (node == header._M_parent)
    header._M_parent = with;
  else if (node == node->_M_parent->_M_left)
    node->_M_parent->_M_left = with;
  else
    node->_M_parent->_M_right = with;
  if (with != nullptr)
    with->_M_parent = node->_M_parent;
}

}  // namespace

Node* _Rb_tree_rebalance_for_erase(Node* const node, Node& header) noexcept {
  if (node->_M_left == nullptr || node->_M_right == nullptr) {
    put_in_place(node,
                 node->_M_left != nullptr ? node->_M_left : node->_M_right,
                 header);
  } else {
    Node* const next = Node::_S_minimum(node->_M_right);
    if (next != node->_M_right) {
      put_in_place(next, next->_M_right, header);
      next->_M_right = node->_M_right;
      next->_M_right->_M_parent = next;
    }
    put_in_place(node, next, header);
    next->_M_left = node->_M_left;
    next->_M_left->_M_parent = next;
  }
  Node* const root = header._M_parent;
  header._M_left = root != nullptr ? Node::_S_minimum(root) : &header;
  header._M_right = root != nullptr ? Node::_S_maximum(root) : &header;
  return node;
}

size_t _Hash_bytes(const void* bytes, size_t size, size_t seed) {
  // FNV-1a.
  size_t hash = 2166136261u ^ seed;
  for (size_t i = 0; i < size; ++i)
    hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 16777619u;
  return hash;
}

namespace __detail {

size_t _Prime_rehash_policy::_M_next_bkt(size_t least) const {
  size_t buckets = 13;
  while (buckets < least)
    buckets = 2 * buckets + 1;
  _M_next_resize = buckets;
  return buckets;
}
pair<bool, size_t> _Prime_rehash_policy::_M_need_rehash(size_t buckets,
                                                        size_t elements,
                                                        size_t more) const {
  if (elements + more <= buckets)
    return {false, 0};
  return {true, _M_next_bkt(2 * (elements + more))};
}

}  // namespace __detail
}  // namespace std

extern "C" std::size_t strlen(const char* text) {
  std::size_t size = 0;
  while (text[size] != '\0')
    ++size;
  return size;
}
