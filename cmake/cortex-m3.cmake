# cortex-m3.cmake - the least core that has compare-and-swap.
# SPDX-License-Identifier: MIT
set(core cortex-m3)
include("${CMAKE_CURRENT_LIST_DIR}/cortex-m.cmake")
