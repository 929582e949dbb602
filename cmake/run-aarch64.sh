#!/bin/sh
# run-aarch64.sh PROGRAM ... - runs a program for aarch64 under qemu-user. An
# emulator keeps a note of every page, so a reservation of 1 TiB costs it ten
# seconds; tarn takes no more than half of a limit.
# shellcheck disable=SC3045
ulimit -v 16777216
exec qemu-aarch64 -L /usr/aarch64-linux-gnu "$@"
