// main.cpp - POOL FAULT PLACE [--clean]: runs one case of a matrix of faults;
// without arguments, lists those it has.
#include "matrix/cases.hpp"

#include <cstdio>
#include <string_view>

namespace {

using namespace tarn::test;

bool read_place(std::string_view word, Place& place) {
  if (word == "same")
    place = Place::same;
  else if (word == "other")
    place = Place::other;
  else if (word == "fork")
    place = Place::fork;
  else
    return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    for (const Case* c = cases(); c->pool != nullptr; ++c)
      std::printf("%s %s\n", c->pool, c->fault);
    return 0;
  }
  Turn turn;
  turn.is_clean = argc > 4 && argv[4] == std::string_view{"--clean"};
  if (!read_place(argv[3], turn.place))
    return 2;
  for (const Case* c = cases(); c->pool != nullptr; ++c) {
    if (argv[1] != std::string_view{c->pool} ||
        argv[2] != std::string_view{c->fault})
      continue;
    c->run(turn);
    return 0;
  }
  return 2;
}
