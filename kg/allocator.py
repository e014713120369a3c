"""How the C library hands out memory to the processes that read the store.

RocksDB asks for blocks of a few kilobytes and gives them back, between the small objects of Python. glibc keeps chunks of up to
1 kB for each thread, and searches the shared heap for larger ones: that was 11 % of the time of a point look-up, with what it puts
out of the processor's cache a fifth (perf; 490 µs of CPU for a request → 370 with chunks of up to 16 kB kept, November 2026). The
bound is read when a process begins, and nowhere else (glibc manual, Memory Allocation Tunables): so workers are started with it,
and `kg serve` begins anew. Each thread keeps seven chunks of a size at most.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

__all__ = ["begin_anew", "with_tunables"]

VARIABLE = "GLIBC_TUNABLES"
TUNABLE = "glibc.malloc.tcache_max"
BYTES = 16 << 10
BEGUN = "NEWSGRAPH_BEGUN"
"""The process that has begun anew: an interpreter with capabilities of its own never sees the tunables (ld.so(8), AT_SECURE)."""


def with_tunables(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process; what somebody has set there already stays.

    >>> with_tunables({"GLIBC_TUNABLES": "glibc.malloc.check=1"})["GLIBC_TUNABLES"]
    'glibc.malloc.check=1:glibc.malloc.tcache_max=16384'
    """
    given = environment.get(VARIABLE, "")
    if TUNABLE in given:
        return dict(environment)
    return {**environment, VARIABLE: ":".join(filter(None, (given, f"{TUNABLE}={BYTES}")))}


def begin_anew() -> None:
    """Let this process begin again with the bound, unless it has it: the same command, process id and open files.

    To be called before anything else is done. Nothing happens where the C library is another.
    """
    if "CS_GNU_LIBC_VERSION" not in os.confstr_names or TUNABLE in os.environ.get(VARIABLE, ""):
        return
    if not sys.executable or os.environ.get(BEGUN) == str(os.getpid()):
        return
    environment = {**with_tunables(os.environ), BEGUN: str(os.getpid())}
    try:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606
    except OSError:  # then as it is
        return
