"""Extraction → keys of its chains and drafts of its claims; keys → which entity each chain is.

In: an `Extraction` with its `Document`. Out: a `ChainKey` per chain, a `Draft` per relation. From an index of all keys come,
in two steps, the *slots*; chains of one slot are one entity.

1. Names (`names`, `forms`, `keys`, `link`). Chains of one normal form, or of one description, are one *place* of the index;
   acronyms, polities, years and entries of the gazetteer say which places are one slot. This is a function of counters about
   the bucket.
2. Likeness. What its article says of a chain is its `situation`, with the keys that find like ones (`blocking`). Places that
   share a key are compared (`compare`): the `profile` of each by explained features of their names (`people`, `things`,
   `events`) and of what stands `beside` both; a fitted score, `vetoes` and a fixed order decide which slots are one
   (`cluster`). Between "same" and "different" a person is asked.

Both are functions of the articles there are, never of the order of arrival, so linking article by article and linking
everything at once give the same entities.

Decisions, and why:

* A surname, or a description, is never enough: it is found and joined only together with what stands beside it. A wrong
  merge costs a reader more than a missed one.
* No weight outvotes a veto (class, numbers of units, kin, days, two entries of the gazetteer, one article that gives both
  names to two things), and names that differ by a given name in the middle reach a person at most: fathers and sons do.
* That one article takes two things for two weighs heavily against it, and no more, where one is only described, both are
  events, or their full name is the same: whom a description is of is what readers of all kinds miss most.
* What is ambiguous stays apart: an acronym that two groups define, an event's name without a year when two years occur.
* Judgements come last and win over the rules (`judge.py`); a `different` also keeps clusters apart, however large.

Measured in November 2026 (`kg evaluate --resolution`). With the annotator's mentions, on the test part of our stories, scored once:
of 1,834 pairs of chains of one thing in two texts 86.4 % are joined, 98.1 % of the pairs joined are right, B³ F1 0.963. With the
model's mentions: 48 % and 92 %; most of what is missing the model did not find. Taking the days of publication away costs little (the
part `fold`, annotated: 84.5 % and 96.5 %, with them 84.7 % and 97.1 %). On ECB+ (dev topics, undated), with the model's mentions: CoNLL
0.328 for entities and 0.245 for events, where joining equal head words within a topic gives 0.314 and 0.236. Of 19,693 mentions of our
stories, annotated and linked one by one, the global pass changes 11 (`tests/benchmarks/bench_order.py`). Against a million entities an
article takes 2.5 times what it takes against a thousand (`tests/benchmarks/bench_resolve.py`).
"""

from kg.resolve.claims import Draft, drafts_of
from kg.resolve.cluster import cluster
from kg.resolve.compare import SAME_AT, SAME_EVENT_AT, UNSURE_AT, Comparison, compare
from kg.resolve.judge import Union, unite
from kg.resolve.keys import DESCRIBED, ChainKey, anchors_in, keys_of
from kg.resolve.link import Index, local_slot, members, mint, neighbourhood, slot_of, slug, target
from kg.resolve.profile import Profile, merged
from kg.resolve.situation import Situation

__all__ = [
    "DESCRIBED",
    "SAME_AT",
    "SAME_EVENT_AT",
    "UNSURE_AT",
    "ChainKey",
    "Comparison",
    "Draft",
    "Index",
    "Profile",
    "Situation",
    "Union",
    "anchors_in",
    "cluster",
    "compare",
    "drafts_of",
    "keys_of",
    "local_slot",
    "members",
    "merged",
    "mint",
    "neighbourhood",
    "slot_of",
    "slug",
    "target",
    "unite",
]
