"""What the model's outputs mean: tags, classes and predicates in the order of its arrays. Training and decoding share it."""

from __future__ import annotations

from kg.types import EntityClass, MentionKind

__all__ = [
    "CLASSES",
    "COREFERENCE",
    "EVENT_TYPES",
    "FITS",
    "KINDS",
    "NAME_TAGS",
    "NOMINAL_CLASSES",
    "NOMINAL_TAGS",
    "OF_NAMED_PEOPLE",
    "PAIR_OUTPUTS",
    "PREDICATES",
    "PRONOUNS",
    "STATUSES",
    "distance_bucket",
    "may_corefer",
    "predicate_of",
    "says_enough",
]

CLASSES = (
    EntityClass.PERSON,
    EntityClass.GROUP,
    EntityClass.PLACE,
    EntityClass.POLITY,
    EntityClass.EVENT,
    EntityClass.DATE,
)
KINDS = (MentionKind.NAME, MentionKind.NOMINAL, MentionKind.PRONOUN, MentionKind.TRIGGER)
NOMINAL_CLASSES = (EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE)


def _bio(classes: tuple[EntityClass, ...]) -> tuple[str, ...]:
    return ("O", *(f"{prefix}-{cls}" for cls in classes for prefix in "BI"))


NAME_TAGS = _bio(CLASSES)  # names of everything, and dates
NOMINAL_TAGS = _bio(NOMINAL_CLASSES)
EVENT_TYPES = (
    "attack",
    "battle",
    "bombing",
    "abduction",
    "killing",
    "protest",
    "riot",
    "strike",
    "election",
    "referendum",
    "talks",
    "agreement",
    "ceasefire",
    "arrest",
    "trial",
    "appointment",
    "resignation",
    "meeting",
    "war",
    "coup",
    "disaster",
    "accident",
    "contest",
    "merger",
    "founding",
    "sanction",
    "raid",
    "displacement",
    "capture",
    "withdrawal",
    "other",
)
PREDICATES = (
    "leads",
    "locatedIn",
    "involves",
    "involvesPerson",
    "occurredAt",
    "occurredOn",  # decoded as startDate, and endDate where the date is a range
    "memberOf",
    "foundedBy",
    "partOf",
    "within",
    "childOf",
    "spouseOf",
    "citizenOf",
)
STATUSES = ("denied", "alleged", "planned", "former", "future")
COREFERENCE = "sameAs"
PAIR_OUTPUTS = (*PREDICATES, COREFERENCE, *STATUSES)

_P, _G, _L, _C, _E, _D = CLASSES
# predicate → (subject classes, object classes): the decoder cannot emit anything else
FITS: dict[str, tuple[frozenset[EntityClass], frozenset[EntityClass]]] = {
    name: (frozenset(subjects), frozenset(objects))
    for name, subjects, objects in (
        ("leads", (_P,), (_G, _C)),
        ("locatedIn", (_G,), (_L, _C)),
        ("involves", (_E,), (_G, _C)),
        ("involvesPerson", (_E,), (_P,)),
        ("occurredAt", (_E,), (_L, _C)),
        ("occurredOn", (_E,), (_D,)),
        ("memberOf", (_P,), (_G, _C)),
        ("foundedBy", (_G, _C), (_P,)),
        ("partOf", (_G, _C), (_G, _C)),
        ("within", (_L, _C), (_L, _C)),
        ("childOf", (_P,), (_P,)),
        ("spouseOf", (_P,), (_P,)),
        ("citizenOf", (_P,), (_C,)),
    )
}

# pronoun → the class it is taken for before anything is known of its antecedent
PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself", "she", "her", "hers", "herself"), _P),
    **dict.fromkeys(("i", "me", "my", "myself"), _P),
    **dict.fromkeys(("they", "them", "their", "themselves", "we", "us", "our", "ourselves"), _G),
    **dict.fromkeys(("it", "its", "itself"), _G),
}

_BUCKETS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)


def distance_bucket(tokens: int) -> int:
    """A signed token distance as a small integer in [0, 25): log-like steps, 12 for zero or overlap.

    >>> distance_bucket(0), distance_bucket(4), distance_bucket(-4)
    (12, 16, 8)
    """
    step = sum(abs(tokens) > edge for edge in _BUCKETS)
    return 12 + step if tokens >= 0 else 12 - step


def may_corefer(a: EntityClass, b: EntityClass) -> bool:
    """Whether mentions of these classes may be the same thing: a polity is a group and a place too."""
    if EntityClass.DATE in (a, b):
        return False
    polity = EntityClass.POLITY
    return a is b or (polity in (a, b) and not {a, b}.isdisjoint({EntityClass.GROUP, EntityClass.PLACE}))


def predicate_of(relation: str) -> str:
    """The model's predicate that a relation was decoded from: both dates of an event are one.

    >>> predicate_of("endDate"), predicate_of("leads")
    ('occurredOn', 'leads')
    """
    return "occurredOn" if relation in ("startDate", "endDate") else relation


# who leads, belongs where, founded, descends from whom, and whose citizen somebody is: of people without a name that answers nothing
OF_NAMED_PEOPLE = frozenset({"leads", "memberOf", "foundedBy", "childOf", "spouseOf", "citizenOf"})


def says_enough(predicate: str, cls: EntityClass) -> bool:
    """Whether a fact about something of this class that has no name says anything. Of "the country", an unnamed leader and who founded
    "the company" it does not; the police station that was attacked, the boy who was shot and the battalion of an army are what a text
    tells of.

    >>> says_enough("involvesPerson", EntityClass.PERSON), says_enough("leads", EntityClass.PERSON)
    (True, False)
    """
    match cls:
        case EntityClass.PERSON:
            return predicate not in OF_NAMED_PEOPLE
        case EntityClass.GROUP:
            return predicate != "foundedBy"
        case _:
            return cls is not EntityClass.POLITY
