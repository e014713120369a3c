"""People's decisions as they ask for them and as they read them: by names and claims, not by anchors.

In: a `Decision` (merge these two, reject this claim, …) that names entities as people do. Out: an `Outcome`: the judgements
written, what they changed in the graph, and the decisions that do not hold because of them. Beside that: all decisions with
their state, the questions that wait for a person, and why two things are, or are not, one.

Decisions, and why:

* A decision that contradicts another is kept and told, never dropped: `different` wins over `same`, and the `same` that
  this breaks has the state `contradicted`, with the number of what forbids it.
* A decision hangs on one mention of each thing: the first that bears the name that was given, else the first of all. If its
  article goes, the decision is kept, has the state `unmatched`, and counts again when the mention comes back.
* The smallest thing that can leave an entity is what one article takes for one thing (`kg.pipeline.splitting`).
* What one command decided has one time, so that it can be taken back as a whole.
"""

from kg.decisions.act import decide, take_back
from kg.decisions.explain import Explanation, explain
from kg.decisions.factors import Factor, Thing
from kg.decisions.listing import STATES, judgement_views, judgements_where
from kg.decisions.matching import ALL_KINDS, review
from kg.decisions.models import AnchorView, Decision, JudgementView, Outcome
from kg.decisions.questions import KINDS, Question, questions, waiting
from kg.decisions.ties import Tie, ties

__all__ = [
    "ALL_KINDS",
    "KINDS",
    "STATES",
    "AnchorView",
    "Decision",
    "Explanation",
    "Factor",
    "JudgementView",
    "Outcome",
    "Question",
    "Thing",
    "Tie",
    "decide",
    "explain",
    "judgement_views",
    "judgements_where",
    "questions",
    "review",
    "take_back",
    "ties",
    "waiting",
]
