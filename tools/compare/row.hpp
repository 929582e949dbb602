// row.hpp - the row of a contender in a table.
//
// Cost     none to speak of.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/table.hpp"
#include "compare/contender.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tarn::compare {

/// `name` and what follows it; tarn's way is the one that stands out.
inline void add_row(Table& table, const Contender& one, std::string name,
                    std::vector<std::string> cells) {
  cells.insert(cells.begin(), std::move(name));
  table.row(std::move(cells), one.kind == Kind::tarn ? Table::Weight::strong
                                                     : Table::Weight::plain);
}

}  // namespace tarn::compare
