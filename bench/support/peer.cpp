#include "support/peer.hpp"

namespace tarn::bench {

std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

const Entry* find_entry(std::string_view name) {
  for (const Entry& entry : entries())
    if (name == entry.name)
      return &entry;
  return nullptr;
}

}  // namespace tarn::bench
