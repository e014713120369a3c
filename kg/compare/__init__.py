"""Two states of a graph → what one says that the other does not, and why.

In come two workspaces, two snapshots of one, or two exports; out come the statements gained, lost and changed, each with
the reasons that the evidence gives: an article came, was replaced or withdrawn, another model read it, somebody decided
something, or things were joined otherwise.

Decisions, and why:

* Entities are compared up to naming: what articles mean by the same words is the same thing. An entity of one state is
  that of the other with which it shares most anchors (article, words, occurrence), else the one of the same IRI.
* Claims keep their names whatever their ends were resolved to, so that a claim which is about another statement now tells
  of a merge, and one that is gone tells of its article.
* Everything is read from the graphs, so that it works on exports; a catalogue only adds the day of a withdrawal.
"""

from kg.compare.differences import Difference, Differences, View, compare
from kg.compare.naming import Joined
from kg.compare.reasons import Reason
from kg.compare.states import State, open_state

__all__ = ["Difference", "Differences", "Joined", "Reason", "State", "View", "compare", "open_state"]
