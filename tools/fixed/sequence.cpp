// sequence.cpp - writes sequences, and reads what people may have changed.
//
// SPDX-License-Identifier: MIT
#include "fixed/sequence.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <unordered_map>

namespace tarn::compare::fixed {
namespace {

constexpr const char* first_line = "tarn fixed sequence 1";

// No block is larger, so that no sum overflows and no heap gets too large.
constexpr std::uint32_t most_granules = 1u << 22;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

// Reads line after line of one file.
class Reader {
 public:
  explicit Reader(const std::string& text) : lines_(text) {}

  [[nodiscard]] std::vector<Sequence> read() {
    std::vector<Sequence> all;
    while (next()) {
      if (joined(words_) != first_line)
        broken("\"" + joined(words_) + "\" is not how a sequence begins, \"" +
               first_line + "\" is");
      all.push_back(read_one());
    }
    if (all.empty())
      broken("there is no sequence in it");
    return all;
  }

 private:
  using Blocks = std::unordered_map<std::uint32_t, std::uint32_t>;

  [[noreturn]] void broken(const std::string& why) const {
    throw BrokenSequence(std::max<std::size_t>(number_, 1), why);
  }

  // The words of the next line that has any.
  bool next() {
    for (std::string line; std::getline(lines_, line);) {
      ++number_;
      words_ = words_of(line);
      if (!words_.empty())
        return true;
    }
    return false;
  }

  [[nodiscard]] std::uint32_t number(std::size_t word, std::uint32_t least) {
    if (word >= words_.size())
      broken("a number is missing behind \"" + words_.front() + "\"");
    const std::string& text = words_[word];
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() ||
        value < least || value > most_granules)
      broken("\"" + text + "\" is no number from " + std::to_string(least) +
             " to " + std::to_string(most_granules));
    return value;
  }

  void demand_words(std::size_t count) const {
    if (words_.size() > count)
      broken("\"" + words_[count] + "\" is too much on this line");
  }

  // What lives, and how large the largest is, the calls say.
  Sequence read_one() {
    Sequence sequence;
    Blocks there;
    live_ = 0;
    std::uint32_t said = 0;
    while (next()) {
      const std::string& what = words_.front();
      if (what == "end") {
        demand_words(1);
        if (sequence.steps.empty())
          broken("the sequence has no call");
        return sequence;
      }
      if (what == "a" || what == "f")
        read_step(sequence, there);
      else
        read_head(sequence, said);
    }
    broken("the sequence has no \"end\"");
  }

  // `said`: what need not be true.
  void read_head(Sequence& sequence, std::uint32_t& said) {
    const std::string& what = words_.front();
    demand_words(2);
    if (what == "fit" && words_.size() == 2)
      sequence.fit = words_[1];
    else if (what == "live" || what == "largest")
      said = number(1, 1);
    else if (what == "forces")
      sequence.forces = number(1, 1);
    else
      broken("\"" + joined(words_) +
             "\" is none of: fit, live, largest, forces, a, f, end");
  }

  void read_step(Sequence& sequence, Blocks& there) {
    const bool makes = words_.front() == "a";
    demand_words(makes ? 3 : 2);
    const std::uint32_t block = number(1, 0);
    const std::uint32_t granules = makes ? number(2, 1) : 0;
    const auto found = there.find(block);
    if (makes == (found != there.end()))
      broken("block " + std::to_string(block) +
             (makes ? " is there already" : " is not there"));
    if (makes) {
      there.emplace(block, granules);
      live_ += granules;
      if (live_ > most_granules)
        broken("more than " + std::to_string(most_granules) + " granules live");
    } else {
      live_ -= found->second;
      there.erase(found);
    }
    sequence.live = std::max(sequence.live, live_);
    sequence.largest = std::max(sequence.largest, granules);
    sequence.blocks = std::max(sequence.blocks, block + 1);
    sequence.steps.push_back({block, granules});
  }

  std::istringstream lines_;
  std::size_t number_ = 0;
  std::uint32_t live_ = 0;
  std::vector<std::string> words_;
};

}  // namespace

std::string text_of(const Sequence& sequence) {
  const auto line = [](const char* word, std::uint32_t value) {
    return std::string(word) + " " + std::to_string(value) + "\n";
  };
  std::string text = std::string(first_line) + "\n";
  if (!sequence.fit.empty())
    text += "fit " + sequence.fit + "\n";
  text += "# in granules of 16 bytes, heads included\n" +
          line("live", sequence.live) + line("largest", sequence.largest) +
          line("forces", sequence.forces);
  for (const Step& step : sequence.steps) {
    text += (step.granules == 0 ? "f " : "a ") + std::to_string(step.block);
    if (step.granules != 0)
      text += " " + std::to_string(step.granules);
    text += "\n";
  }
  return text + "end\n";
}

std::vector<Sequence> read_sequences(const std::string& text) {
  return Reader(text).read();
}

}  // namespace tarn::compare::fixed
