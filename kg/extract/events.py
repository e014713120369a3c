"""Words that tell of an event, and the event types they may stand for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from kg.extract.words import lines

__all__ = ["event_types_of", "lemmas"]

_IRREGULAR = {
    "fought": "fight", "shot": "shoot", "took": "take", "taken": "take", "fell": "fall", "fallen": "fall", "met": "meet",
    "fled": "flee", "won": "win", "lost": "lose", "beaten": "beat", "slain": "slay", "slew": "slay", "sank": "sink",
    "sunk": "sink", "drove": "drive", "driven": "drive", "swore": "swear", "sworn": "swear", "withdrew": "withdraw",
    "withdrawn": "withdraw", "overthrew": "overthrow", "overthrown": "overthrow", "bought": "buy", "tried": "try",
    "tries": "try", "retook": "retake", "retaken": "retake", "overran": "overrun", "struck": "strike", "dying": "die",
    "died": "die", "evictions": "evict", "eviction": "evict", "occupied": "occupy", "occupies": "occupy",
}  # fmt: skip


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    entries = {}
    for line in lines("events.txt"):
        word, *types = line.split()
        entries[word] = tuple(t for t in types if t != "-")
    return entries


def lemmas(word: str) -> Iterator[str]:
    """The dictionary forms that an English word form may have, likeliest first; no dictionary is consulted.

    >>> list(lemmas("ambushed"))[:3]
    ['ambushed', 'ambush', 'ambushe']
    """
    word = word.lower().strip("'’")
    yield word
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    for ending, repairs in (
        ("ies", ("y",)),
        ("ied", ("y",)),
        ("es", ("", "e")),
        ("s", ("",)),
        ("ed", ("", "e")),
        ("ing", ("", "e")),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: -len(ending)]
            for repair in repairs:
                yield stem + repair
            if ending in ("ed", "ing") and len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


@lru_cache(maxsize=1 << 13)
def event_types_of(word: str) -> tuple[str, ...]:
    """The event types that a word form may stand for, likeliest first; () if it is no event word.

    >>> event_types_of("ambushed"), event_types_of("said")
    (('attack',), ())
    """
    lexicon = _lexicon()
    return next((lexicon[lemma] for lemma in lemmas(word) if lemma in lexicon), ())
