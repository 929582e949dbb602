// sparse.hpp - tables of which few pages are ever touched.
//
//     TARN_SPARSE constinit Entry entries[places] = {};
//
// The shared library has them behind everything else that begins as zero: what
// is small lies together on two pages then, not on one before each table.
//
// Threads  as the variable.
// SPDX-License-Identifier: MIT
#pragma once

#define TARN_SPARSE [[gnu::section(".bss.sparse")]]
