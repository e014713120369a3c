"""What a folder holds beside articles: counted while it is read, and told at the end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from kg.cli.output import note, number, plain

__all__ = ["Others"]

_SHOWN = 5


class Others:
    """Files of folders that were passed over because of their endings: called with each of them."""

    def __init__(self) -> None:
        self._endings: Counter[str] = Counter()

    def __call__(self, path: Path) -> None:
        """Count one."""
        self._endings[path.suffix.lower() or "no ending"] += 1

    def tell(self) -> None:
        """Say on stderr how many there were, and with which endings."""
        if not self._endings:
            return
        endings = [f"{ending} {count:,}" for ending, count in self._endings.most_common(_SHOWN)]
        more = ", …" if len(self._endings) > _SHOWN else ""
        count = number(self._endings.total(), "file")
        note(f"passed over, for their endings: {count} ({plain(', '.join(endings))}{more})")
