"""How much of what articles were given one by one another order would have given otherwise.

`pytest tests/benchmarks/bench_order.py -s`: the stories of our corpus, as annotated, come in several orders, one by one. The
global pass gives what all orders end with, so a mention whose entity it changes is one that its order had linked otherwise.
"""

from __future__ import annotations

import random

from kg.evaluate.resolve import moved_by_the_global_pass
from kg.train.own import own_records

ORDERS = 3
MOST = 0.01  # of mentions


def test_the_order_of_articles_hardly_matters_before_the_global_pass() -> None:
    records = [record for part in ("train", "fold", "dev") for record in own_records(part) if "/" in record["id"]]
    for seed in range(ORDERS):
        random.Random(seed).shuffle(records)
        moved, mentions = moved_by_the_global_pass(records)
        print(f"order {seed}: {moved:,} of {mentions:,} mentions ({moved / mentions:.2%}) of {len(records)} articles")
        assert moved <= MOST * mentions
