# rv32imc.cmake - a RISC-V core without atomics: no compare-and-swap.
# SPDX-License-Identifier: MIT
set(architecture rv32imc)
include("${CMAKE_CURRENT_LIST_DIR}/rv32.cmake")
