#include "interleave/memory.hpp"

#include <atomic>

namespace tarn::interleave {
namespace {

bool acquires(int order) {
  return order == __ATOMIC_CONSUME || order == __ATOMIC_ACQUIRE ||
         order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

bool releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL ||
         order == __ATOMIC_SEQ_CST;
}

}  // namespace

void Memory::restart(unsigned threads) {
  ++run_;
  for (unsigned i = 0; i < threads; ++i) {
    clocks_[i] = {};
    clocks_[i].times[i] = 1;
  }
}

Word& Memory::word(const void* at, std::uint64_t value) {
  Word& found = words_[at];
  if (found.run != run_) {
    found.run = run_;
    found.stores.assign(1, {value, {}, 0, 0});
    found.loads.clear();
  }
  return found;
}

// Not before a store that the thread knows of, nor before one that was seen by
// a load it knows of.
std::size_t Memory::visible(const Word& word, unsigned thread) const {
  const Clock& clock = clocks_[thread];
  std::size_t first = word.stores.size() - 1;
  while (!clock.knows(word.stores[first].by, word.stores[first].time))
    --first;
  for (const Load& load : word.loads)
    if (load.store > first && clock.knows(load.by, load.time))
      first = load.store;
  return word.stores.size() - first;
}

std::uint64_t Memory::load(Word& word, unsigned thread, std::size_t back,
                           int order) {
  Clock& clock = clocks_[thread];
  const std::size_t index = word.stores.size() - 1 - back;
  if (acquires(order))
    clock.join(word.stores[index].released);
  word.loads.push_back({thread, ++clock.times[thread], index});
  return word.stores[index].value;
}

void Memory::store(Word& word, unsigned thread, std::uint64_t value,
                   int order) {
  Clock& clock = clocks_[thread];
  const Clock released = releases(order) ? clock : Clock{};
  word.stores.push_back({value, released, thread, ++clock.times[thread]});
}

// What the replaced store released stays released: a release sequence.
std::uint64_t Memory::exchange(Word& word, unsigned thread, std::uint64_t value,
                               int order) {
  const std::uint64_t seen = word.stores.back().value;
  Clock released = word.stores.back().released;
  if (acquires(order))
    clocks_[thread].join(released);
  if (releases(order))
    released.join(clocks_[thread]);
  word.stores.push_back(
      {value, released, thread, ++clocks_[thread].times[thread]});
  return seen;
}

void Memory::meet() {
  Clock all;
  for (const Clock& one : clocks_)
    all.join(one);
  for (Clock& one : clocks_)
    one.join(all);
}

bool Memory::access(const void* at, std::size_t size, unsigned thread,
                    bool is_write) {
  auto first = reinterpret_cast<std::uintptr_t>(at);
  const std::uintptr_t end = first + size;
  while (first < end) {
    const std::uintptr_t next = (first / line + 1) * line;
    Line& found = lines_[first / line];
    if (found.run != run_) {
      found.run = run_;
      found.is_split = false;
      found.bytes[0] = {};
    }
    const std::size_t last = next < end ? line : (end - 1) % line + 1;
    if (!access(found, first % line, last, thread, is_write))
      return false;
    first = next;
  }
  return true;
}

bool Memory::access(Line& found, std::size_t first, std::size_t end,
                    unsigned thread, bool is_write) const {
  if (!found.is_split && end - first == line)
    return access(found.bytes[0], thread, is_write);
  if (!found.is_split)
    std::fill_n(found.bytes + 1, line - 1, found.bytes[0]);
  found.is_split = true;
  for (std::size_t i = first; i < end; ++i)
    if (!access(found.bytes[i], thread, is_write))
      return false;
  return true;
}

bool Memory::access(Byte& byte, unsigned thread, bool is_write) const {
  const Clock& clock = clocks_[thread];
  if (!clock.knows(byte.written_by, byte.written))
    return false;
  if (!is_write) {
    byte.read.times[thread] = clock.times[thread];
    return true;
  }
  for (unsigned other = 0; other < most_threads; ++other)
    if (!clock.knows(other, byte.read.times[other]))
      return false;
  byte = {thread, clock.times[thread], {}};
  return true;
}

}  // namespace tarn::interleave
