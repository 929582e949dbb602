// In place of symbols.cpp where there was no libdw when tarn was built.
#include "symbolize/symbols.hpp"

namespace tarn::symbolize {

class Symbols::File {};

Symbols::Symbols() = default;
Symbols::~Symbols() = default;

Calls Symbols::at(const std::string&, std::uint64_t, const std::string&) {
  return {};
}

std::string Symbols::why_not() {
  return "this tarn was built without libdw, which reads symbols: install "
         "libdw-dev and build it again";
}

}  // namespace tarn::symbolize
