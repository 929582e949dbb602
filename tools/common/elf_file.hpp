// elf_file.hpp - what a program or a library says of itself before it runs.
//
// Cost     maps the file; reads its headers and its dynamic symbols.
// Threads  confined.
// Failure  a file that is none, or is damaged, is not an ElfFile.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tarn::compare {

struct ElfFile {
  bool is_ours = false;     ///< made for the machine and word size tarn is
  bool is_library = false;  ///< a shared object that others may load
  bool has_malloc = false;  ///< others find a malloc in it
  std::string interpreter;  ///< what loads it; "" when it is static
  std::vector<std::string> needed;  ///< the libraries it asks for
};

[[nodiscard]] std::optional<ElfFile> read_elf(const std::string& path);

/// Bytes of each function of a program by its name in the symbol table; none
/// where it was stripped.
[[nodiscard]] std::map<std::string, std::uint64_t> function_sizes(
    const std::string& path);

}  // namespace tarn::compare
