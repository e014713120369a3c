"""Extraction → keys of its chains and drafts of its claims; keys → which entity each chain is.

In: an `Extraction` with its `Document`. Out: a `ChainKey` per chain, a `Draft` per relation, and, from an index of all
keys, the *slot* of every chain: chains of one slot are one entity. A slot is a function of the chain and of a few facts
about its bucket (which classes and years occur in it, who defines the acronym), never of the order of arrival, so
linking article by article and linking everything at once give the same entities.

Decisions, and why:

* One normal form, one entity (per class; places and groups only through a polity of that name). No similarity in this
  version: a wrong merge costs a reader more than a missed one.
* A surname alone never leaves its article, and two full names that differ in any given name, middle name or initial
  stay two people (`names.py`).
* What is ambiguous stays apart: an acronym that two groups define, an event's name without a year when two years occur.
* Unnamed things (`the rebels`, `an attack`) stay in their article.
* Judgements come last and win over the rules (`judge.py`).
"""

from kg.resolve.block import DESCRIBED, ChainKey, anchors_in, keys_of
from kg.resolve.claims import Draft, drafts_of
from kg.resolve.cluster import cluster
from kg.resolve.compare import SAME_AT, SAME_EVENT_AT, UNSURE_AT, Comparison, Profile, compare, merged
from kg.resolve.context import Situation
from kg.resolve.judge import Union, unite
from kg.resolve.link import Index, local_slot, members, mint, neighbourhood, slot_of, slug, target

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
