// The three lifetimes of docs/choosing.md, and a server around them.
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace {

struct Line {
  std::string_view text;
};

struct Connection {
  std::array<std::string_view, 3> lines;
  std::size_t next = 0;
  std::size_t used = 0;

  void remember(std::size_t bytes) { used = bytes; }
};

Line* read_line(Connection& from, tarn::Region& request) {
  if (from.next == from.lines.size())
    return nullptr;
  return request.make<Line>(Line{from.lines[from.next++]});
}

// Takes a kilobyte, and refuses a line that is a question.
bool use(const Line& line, tarn::Region& request) {
  return request.allocate(1024) != nullptr && !line.text.ends_with('?');
}

void serve(std::array<Connection, 2>& connections) {
#include "lifetimes.inc"
}

}  // namespace

int main() {
  std::array<Connection, 2> connections{
      Connection{.lines = {"one", "two", "three"}},
      Connection{.lines = {"one", "two?", "three?"}}};
  serve(connections);
  const bool all_read = connections[0].next == 3 && connections[1].next == 3;
  const bool is_less = connections[1].used + 2048 <= connections[0].used;
  return all_read && is_less ? 0 : 1;
}
