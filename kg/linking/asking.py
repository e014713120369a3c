"""Questions about keys → answers by key: from the ledger what was answered before, from the endpoint the rest, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from kg.linking.endpoint import MOST_ROWS, Endpoint, Row
from kg.linking.ledger import Ledger
from kg.linking.profiles import Key, Profile, Question

__all__ = ["Asker"]


@dataclass(slots=True)
class Asker:
    """Asks an endpoint by a profile; with `refresh` what was answered before this run is asked again."""

    endpoint: Endpoint
    profile: Profile
    ledger: Ledger
    refresh: bool = False

    def ask(self, name: str, keys: Iterable[Key]) -> dict[Key, list[Row]]:
        """Key → the rows about it. What is answered is kept at once, so that a run that ends early loses nothing.

        Raises RequestLimit and ServiceFailed, as the endpoint does.
        """
        question = self.profile.questions[name]
        wanted = list(dict.fromkeys(keys))
        known = {} if self.refresh else self.ledger.answers(self.endpoint.url, question.digest, wanted)
        missing = [key for key in wanted if key not in known]
        for at in range(0, len(missing), question.batch):
            known |= self._batch(question, missing[at : at + question.batch])
        return known

    def _batch(self, question: Question, keys: Sequence[Key]) -> dict[Key, list[Row]]:
        rows = self.endpoint.select(question.about(keys, limit=MOST_ROWS))
        if len(rows) >= MOST_ROWS and len(keys) > 1:  # cut off: nobody knows about which of them
            half = len(keys) // 2
            return self._batch(question, keys[:half]) | self._batch(question, keys[half:])
        found: dict[Key, list[Row]] = {key: [] for key in keys}
        by_text = {_folded(key): key for key in keys}
        for row in rows:
            if all(variable in row for variable in question.variables):
                key = by_text.get(_folded(tuple(row[variable] for variable in question.variables)))
                if key is not None:  # an answer about what nobody asked is none
                    found[key].append(row)
        self.ledger.keep(self.endpoint.url, question.digest, found)
        return found


def _folded(key: Key) -> tuple[tuple[str, str], ...]:
    """A key, with the language tags in lower case: servers write them as they like."""
    return tuple((one.value, (one.language or "").lower() if isinstance(one, Literal) else "<>") for one in key)
