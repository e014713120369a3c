"""The graph's entities → what they may be in another data set, asked of its SPARQL endpoint, for a person to decide.

In: an open workspace and the address of an endpoint. Out: proposals in the workspace's file `links.sqlite`, which the review
queue shows. Nothing is decided here: a person's answer becomes a judgement, and only that changes the graph.

* This is the one room that calls another server of its own accord, and only when `kg link` is run. It says who calls, asks at
  most so many times a second and in all, waits when told to, and keeps every answer: what was answered is not asked again.
* What is asked is data: a profile (`profiles/*.toml`) holds the queries of an endpoint, with the names of its variables as
  the only contract.
* Candidates come by exact names in a language, or by the GeoNames id of a place, never by a surname alone. What their facts
  say for and against them is summed up feature by feature, so that a person sees why.
* What an endpoint sends is not trusted: its size, its IRIs and its texts are checked before anything is kept.
"""

from kg.linking.endpoint import Endpoint, RequestLimit
from kg.linking.ledger import Ledger, Proposal, ledger_path
from kg.linking.profiles import PROFILES, Profile, read_profile
from kg.linking.propose import Linked, propose
from kg.linking.waiting import waiting_matches

__all__ = [
    "PROFILES",
    "Endpoint",
    "Ledger",
    "Linked",
    "Profile",
    "Proposal",
    "RequestLimit",
    "ledger_path",
    "propose",
    "read_profile",
    "waiting_matches",
]
