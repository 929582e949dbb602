// trees.hpp - trees that threads build side by side and that die together.
//
// Each thread builds a tree of 1,365 nodes of 48 to 175 bytes; at a barrier all
// become one, whose end gives back every node.
//
// Cost     that of the memory, and a few words written to each node.
// Threads  add() is for all at once; join() and end() for one, at a barrier.
// Failure  throws std::runtime_error when memory is out.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/per_thread.hpp"
#include "tarn/region.hpp"

#include "worker/jobs.hpp"
#include "worker/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tarn::compare {

struct Node {
  Node* child;  // the first
  Node* next;   // of the same parent
  std::size_t size;
};

// Ways to have nodes.

/// Each is freed by itself.
template <class Blocks>
struct FreeingWay {
  void* allocate(std::size_t size) { return blocks.allocate(size); }
  void end(Node* node) {
    while (node != nullptr) {
      Node* const next = node->next;
      end(node->child);
      blocks.deallocate(node);
      node = next;
    }
  }
  Blocks blocks;
};

/// One region for all threads.
struct LockedWay {
  void* allocate(std::size_t size) {
    const std::scoped_lock locked{lock};
    return region.allocate(size);
  }
  void end(Node*) { region.reset(); }
  std::mutex lock;
  Region region;
};

/// Each thread's own, merged where all are done.
struct MergedWay {
  void* allocate(std::size_t size) { return frames->allocate(size); }
  void end(Node*) {
    if (!frames.merge_into(tree))
      throw std::runtime_error("regions of the system can be merged");
    tree.reset();
  }
  PerThread<Region> frames;
  Region tree;
};

inline constexpr unsigned depth_of_tree = 5;
inline constexpr std::size_t children_of_node = 4;

template <class Way>
Node* build(Way& way, unsigned depth, std::uint64_t& seed, std::size_t& nodes) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  const std::size_t size = 48 + (seed >> 40) % 128;
  auto* const node = static_cast<Node*>(way.allocate(size));
  if (node == nullptr)
    out_of_memory();
  *node = {nullptr, nullptr, size};
  ++nodes;
  if (depth == 0)
    return node;
  for (std::size_t i = 0; i < children_of_node; ++i) {
    Node* const child = build(way, depth - 1, seed, nodes);
    child->next = node->child;
    node->child = child;
  }
  return node;
}

}  // namespace tarn::compare
