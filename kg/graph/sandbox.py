"""What a query worker takes from itself before it opens a store: the network, and memory without end.

Each measure is tried and reported, and none is needed for the others: namespaces are often forbidden in containers,
where the system-call filter still works; elsewhere than on Linux the guard's token check keeps queries off the network.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import sys
import threading
import time

__all__ = ["MEMORY_EXIT", "Watchdog", "leave_network", "limit_address_space", "memory"]

MEMORY_EXIT = 77
"""Exit status of a worker that its own watchdog ended for want of memory."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_SECCOMP_RET_ALLOW, _SECCOMP_RET_ERRNO = 0x7FFF0000, 0x00050000
# Machine → (its number in linux/audit.h, the number of its system call `socket`).
_SOCKET_CALL = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
_WATCH_S = 0.05  # a cross product grows by 0.7 GB a second (measured), so by 35 MB between two looks


def leave_network() -> dict[str, bool]:
    """Give up the network, for good, by every means that the system grants; which ones it granted.

    To be called while the process has a single thread: a user namespace demands it.
    """
    if not hasattr(os, "sched_getaffinity"):  # not Linux
        return {"network_namespace": False, "user_namespace": False, "no_sockets": False}
    libc = ctypes.CDLL(None, use_errno=True)
    user = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
    network = user or libc.unshare(_CLONE_NEWNET) == 0
    return {"network_namespace": network, "user_namespace": user, "no_sockets": _forbid_sockets(libc)}


def limit_address_space(extra_bytes: int) -> bool:
    """Let this process map that much more than it has mapped now; whether the system enforces it."""
    mapped = memory()[0]
    if not mapped:
        return False
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = mapped + extra_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    except (ValueError, OSError):
        return False
    return True


def memory() -> tuple[int, int]:
    """(address space, resident size) of this process in bytes; elsewhere than on Linux (0, the highest size so far)."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - Path costs more than the read
            pages = statm.read().split()
        return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return 0, peak if sys.platform == "darwin" else peak * 1024


class Watchdog:
    """Ends the process when its memory outgrows the limit or its parent is gone, in a thread of its own.

    The engine releases the interpreter while it works, so the watchdog gets its turns. It sleeps while no query runs.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._parent = os.getppid()
        self._busy = False
        self.seen_bytes = 0
        """Resident size at the last look; short queries may go by unseen."""
        self._wake = threading.Event()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def begin(self) -> None:
        """A query runs from now on."""
        self._busy = True
        if not self._wake.is_set():
            self._wake.set()

    def end(self) -> None:
        """The query is done."""
        self._busy = False

    def _watch(self) -> None:
        while True:
            self._wake.wait()
            while self._is_busy():
                self.seen_bytes = memory()[1]
                if self.seen_bytes > self._limit_bytes:
                    os._exit(MEMORY_EXIT)
                if os.getppid() != self._parent:
                    os._exit(1)
                time.sleep(_WATCH_S)
            self._wake.clear()
            if self._is_busy():  # begun between the two lines above
                self._wake.set()

    def _is_busy(self) -> bool:
        return self._busy


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


def _forbid_sockets(libc: ctypes.CDLL) -> bool:
    """Make `socket()` fail with EPERM from now on (seccomp; needs no privilege). Whether the kernel agreed."""
    if platform.machine() not in _SOCKET_CALL or sys.maxsize < 2**32:
        return False
    architecture, socket_call = _SOCKET_CALL[platform.machine()]
    load, jump_if_equal, give_back = 0x20, 0x15, 0x06
    instructions = (
        _Instruction(load, 0, 0, 4),  # seccomp_data.arch
        _Instruction(jump_if_equal, 0, 3, architecture),
        _Instruction(load, 0, 0, 0),  # seccomp_data.nr
        _Instruction(jump_if_equal, 0, 1, socket_call),
        _Instruction(give_back, 0, 0, _SECCOMP_RET_ERRNO | errno.EPERM),
        _Instruction(give_back, 0, 0, _SECCOMP_RET_ALLOW),
    )
    program = _Program(len(instructions), (_Instruction * len(instructions))(*instructions))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
