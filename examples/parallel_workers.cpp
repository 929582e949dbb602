// parallel_workers.cpp - results of many threads that die together.
//
// Each worker fills a region of its own, without a lock and without a line
// shared with anybody. When it is done it detaches what it made; whoever
// collects attaches it to the region of the whole. That costs time in the
// chunks, not in the objects, and no object moves: pointers stay good. One
// reset then ends the work of all threads.
// SPDX-License-Identifier: MIT
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Counts = std::pmr::map<std::string_view, int>;

struct Part {
  Counts* counts = nullptr;
  std::optional<tarn::DetachedRegion> memory;  // what `counts` lies in
};

constexpr std::array<std::string_view, 4> chapters{
    "the tarn lies under the fell and the fell over the tarn",
    "a beck runs into the tarn and another beck runs out of it",
    "under the ice the tarn is dark and over the ice it is bright",
    "the beck and the tarn and the fell are older than the road"};

Part count_words(std::string_view text) {
  tarn::Region region{{.name = "chapter"}};
  Part part{.counts = region.make<Counts>(), .memory = {}};
  while (part.counts != nullptr && !text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    auto found = part.counts->find(word);
    if (found == part.counts->end())
      found = part.counts->emplace(region.copy(word), 0).first;
    ++found->second;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  part.memory = region.detach();
  return part;
}

}  // namespace

int main() {
  std::array<Part, chapters.size()> parts;
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < chapters.size(); ++i)
    workers.emplace_back([i, &parts] { parts[i] = count_words(chapters[i]); });
  for (std::thread& worker : workers)
    worker.join();  // the happens-before that handing over needs

  tarn::Region book{{.name = "book"}};
  for (Part& part : parts)
    if (part.counts == nullptr || !book.attach(std::move(*part.memory)))
      return 1;

  Counts* const total = book.make<Counts>();
  if (total == nullptr)
    return 1;
  for (const Part& part : parts)
    for (const auto& [word, count] : *part.counts)
      (*total)[word] += count;  // the word stays where its worker copied it
  for (const std::string_view word : {"tarn", "beck", "road"})
    std::printf("%.*s: %d\n", static_cast<int>(word.size()), word.data(),
                total->at(word));
  std::printf("all of it is the book's: %s\n",
              book.owns(parts[0].counts) && book.owns(total) ? "yes" : "no");
  book.reset();
  std::printf("after one reset %zu bytes are used\n", book.stats().used);
}

//> tarn: 5
//> beck: 3
//> road: 1
//> all of it is the book's: yes
//> after one reset 0 bytes are used
