"""Which articles are one source, kept as they come, change and go: always what comparing all pairs would find."""

from __future__ import annotations

import random

import pytest

from kg.catalogue import Catalogue
from kg.catalogue.copies import are_copies, bands_of, signature
from tests.factory import article, document, extraction

WORDS = [f"word{n}" for n in range(600)]


def texts(dice: random.Random) -> list[str]:
    """Three reports; copies of them in a chain, each cut a little more, so that only neighbours are alike; twins."""
    found = []
    for _ in range(3):
        words = dice.choices(WORDS, k=240)
        for step in range(6):
            cut = dice.choices(WORDS, k=20 * step)
            found.append(" ".join(words[20 * step :] + cut))
        found += [found[-1], found[-2].upper()]
    return [*found, "Ana leads.", "ANA leads!", "Boris leads."]


def brute_force(held: dict[str, tuple[str, str]]) -> dict[str, tuple[str, frozenset[str]]]:
    """Article id → its source and its set, from all pairs."""
    signed = {key: signature(text) for key, (text, _) in held.items()}
    near = {
        a: {b for b in held if set(bands_of(signed[a])) & set(bands_of(signed[b])) and are_copies(signed[a], signed[b])}
        for a in held
    }
    found = {}
    for key in held:
        whole, frontier = {key}, [key]
        while frontier:
            fresh = near[frontier.pop()] - whole
            whole |= fresh
            frontier += fresh
        found[key] = (min(held[other][1].lower() for other in whole), frozenset(whole))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_sets_of_copies_are_those_of_all_pairs_at_any_time(seed: int) -> None:
    dice = random.Random(seed)
    pool = texts(dice)
    held: dict[str, tuple[str, str]] = {}
    sources: dict[str, str] = {}
    catalogue = Catalogue.open(None)
    for _ in range(60):
        key = f"{dice.randrange(25)}.txt"
        with catalogue.change() as change:
            if key in held and dice.random() < 0.4:
                del held[key]
                changed = change.articles.remove(key)
                sources.pop(key)
            else:
                held[key] = (dice.choice(pool), f"Paper {dice.randrange(9)}")
                text, publisher = held[key]
                item = article(text, key, publisher=publisher)
                number, changed = change.articles.put(
                    item, document(text, key, publisher=publisher), extraction(document(text, key), [])
                )
                assert number not in changed
        rows = {row.id: row for row in catalogue.articles.rows(limit=1000)}
        numbers = {catalogue.articles.key(name): name for name in held}
        sources |= {numbers[number]: source for number, source in changed.items()}
        if key in held:
            sources[key] = rows[key].source_key
        expected = brute_force(held)
        assert {name: row.source_key for name, row in rows.items()} == {name: e[0] for name, e in expected.items()}
        assert sources == {name: row.source_key for name, row in rows.items()}  # each change was told
        for name, (_, whole) in expected.items():
            assert catalogue.articles.copies(name) == sorted(whole - {name})
    assert max(len(whole) for _, whole in brute_force(held).values()) > 2
    catalogue.close()


def test_a_thousandth_copy_costs_what_the_tenth_does() -> None:
    words = random.Random(1).choices(WORDS, k=240)
    catalogue = Catalogue.open(None)
    costs = {}
    for n in range(300):
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        text = " ".join(words)
        item = article(text, f"{n}.txt", publisher=f"Paper {n:04}")
        read = document(text, f"{n}.txt", publisher=f"Paper {n:04}")
        with catalogue.change() as change:
            catalogue._db.set_progress_handler(count, 10)
            change.articles.put(item, read, extraction(read, []))
            catalogue._db.set_progress_handler(None, 0)
        costs[n] = steps
    assert costs[299] <= 1.5 * costs[20], costs
    catalogue.close()
