// built_in_parallel.cpp - what threads build side by side, and dies together.
//
// Each thread makes its part of an index in its own region of a PerThread,
// without a lock, and works in a Scratch that ends with each line. When all
// have joined, merge_into() has one region take over what all of them made: in
// time linear in chunks, and without moving an object, so the nodes stay linked
// as they are. The threads' regions are empty then and serve the next build.
// SPDX-License-Identifier: MIT
#include "tarn/per_thread.hpp"
#include "tarn/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::array<std::string_view, 4> lines{
    "Beck, fell and TARN", "a Tarn under the fell", "road over the BECK",
    "and the tarn"};

/// A word and the lines that have it, newest first.
struct Word {
  Word* older;
  std::string_view text;
  std::size_t line;
};

struct Part {
  Word* newest = nullptr;
  bool is_whole = true;
};

// Returns in `out`, and works in the other region of this thread's two.
std::string_view lowered(tarn::Region& out, std::string_view text) {
  const tarn::Scratch work{tarn::other_than(out)};
  char* const letters = work->make_array<char>(text.size());
  if (letters == nullptr)
    return {};
  std::transform(text.begin(), text.end(), letters, [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32)
                                          : letter;
  });
  return out.copy(std::string_view{letters, text.size()});
}

Part index_line(tarn::Region& frame, std::size_t line) {
  Part part;
  const tarn::Scratch here;
  std::string_view rest = lowered(*here, lines[line]);
  part.is_whole = rest.data() != nullptr;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find_first_of(" ,"));
    if (word.size() > 3)
      part.newest = frame.make<Word>(part.newest, frame.copy(word), line);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  part.is_whole = part.is_whole && !frame.ran_out();
  return part;
}

}  // namespace

int main() {
  tarn::PerThread<tarn::Region> frames{
      [] { return tarn::Region{{.name = "part of the index"}}; }};
  std::array<Part, lines.size()> parts;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < lines.size(); ++i)
    threads.emplace_back([&, i] { parts[i] = index_line(*frames, i); });
  for (std::thread& thread : threads)
    thread.join();  // the pools of ended threads wait in the set

  tarn::Region index{{.name = "index"}};
  if (!frames.merge_into(index))
    return 1;
  for (const std::string_view wanted : {"tarn", "beck", "road"}) {
    std::printf("%.*s:", static_cast<int>(wanted.size()), wanted.data());
    for (const Part& part : parts) {
      if (!part.is_whole)
        return 1;
      for (const Word* word = part.newest; word != nullptr; word = word->older)
        if (word->text == wanted)
          std::printf(" %zu", word->line + 1);
    }
    std::printf("\n");
  }
  std::size_t left = 0;
  frames.for_each([&left](const tarn::Region& frame) { left += frame.held(); });
  std::printf("all of it is the index's: %s, left to the threads: %zu bytes\n",
              index.owns(parts[0].newest) ? "yes" : "no", left);
}

//> tarn: 1 2 4
//> beck: 1 3
//> road: 3
//> all of it is the index's: yes, left to the threads: 0 bytes
