# cortex-m0.cmake - has no compare-and-swap.
# SPDX-License-Identifier: MIT
set(core cortex-m0)
include("${CMAKE_CURRENT_LIST_DIR}/cortex-m.cmake")
