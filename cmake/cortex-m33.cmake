# cortex-m33.cmake - Armv8-M, which keeps a secure world apart.
# SPDX-License-Identifier: MIT
set(core cortex-m33)
include("${CMAKE_CURRENT_LIST_DIR}/cortex-m.cmake")
