"""door.py - where a build has the door, and a library that goes beside it."""
# SPDX-License-Identifier: MIT
import sys
from pathlib import Path


def door_and(build, beside):
    """Paths of the door and of the test library `malloc_{beside}`."""
    build = Path(build).resolve()
    door = build / "src/doors/malloc/libtarn-malloc.so.0"
    library = build / f"tests/malloc/libmalloc_{beside}.so"
    for path in (door, library):
        if not path.exists():
            sys.exit(f"{path} is not there: build tarn_malloc and "
                     f"malloc_{beside}")
    return door, library
