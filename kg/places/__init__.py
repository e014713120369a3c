"""Extraction → which place of the world each of its places is, by an offline gazetteer.

In: one article's document and extraction. Out: for each chain of class Place or Polity its `Grounding`, or nothing.

* The gazetteer is GeoNames (countries, and cities of a thousand people and more) with the subdivisions of ISO 3166-2, from packages of
  PyPI. It is made into an SQLite file of the user's cache when it is first needed, and read from there: nothing is loaded at start.
* A grounding depends on its article alone. What several articles say of one entity is brought together in the catalogue.
* Unknown places stay unknown: a facility, a valley or a hamlet that the gazetteer lacks is not taken for the town nearby, and a name
  that two places share is not decided by a narrow margin.
"""

from __future__ import annotations

from kg.places.entries import Entry
from kg.places.grounding import ground
from kg.places.index import Gazetteer, default_gazetteer
from kg.types import Grounding, PlaceKind

__all__ = ["Entry", "Gazetteer", "Grounding", "PlaceKind", "default_gazetteer", "ground"]
