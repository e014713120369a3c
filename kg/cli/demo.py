"""x"""

from __future__ import annotations


def command(x: int = 1) -> None:
    """Do x."""
    import time

    print("y\n" * 100000)
    time.sleep(x)
