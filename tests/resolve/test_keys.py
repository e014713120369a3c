"""Chains → keys: buckets, acronyms, years, labels and anchors."""

from __future__ import annotations

from kg.resolve import ChainKey, anchors_in, keys_of
from kg.types import Chain, DateValue, Document, EntityClass, Extraction, MentionKind
from tests.factory import anchor, chain, document, extraction, mention, relation

Person, Group, Place, Polity = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY
Event, Date = EntityClass.EVENT, EntityClass.DATE


def key_of(text: str, cls: EntityClass, *names: str, **more: object) -> ChainKey:
    """The key of a chain with these names, each mentioned once."""
    doc = document(text)
    found = extraction(doc, [(chain(cls, *names, **more), [mention(n, cls, within=doc) for n in names])])
    return keys_of(doc, found)[0]


def test_a_person_is_found_by_the_full_name_without_titles() -> None:
    key = key_of("President Ana Diaz spoke. Diaz smiled.", Person, "Diaz", "President Ana Diaz")
    assert key.bucket == "p:ana diaz"
    assert key.aliases == ("Diaz",)


def test_a_surname_alone_stays_in_its_article() -> None:
    assert key_of("Mr Diaz spoke.", Person, "Mr Diaz").bucket is None


def test_a_group_is_not_found_by_the_given_name_of_who_leads_it() -> None:
    def led(leader: str, group: str) -> frozenset[int]:
        doc = document(f"{leader} leads {group}.")
        chains = [(chain(Person, leader), [mention(leader, Person, within=doc)]),
                  (chain(Group, group), [mention(group, Group, within=doc)])]  # fmt: skip
        return frozenset(keys_of(doc, extraction(doc, chains, [relation(0, "leads", 1)]))[1].blocks)

    assert led("Ana Diaz", "Kestrel Lines").isdisjoint(led("Ana Lund", "Port Union"))
    assert not led("Ana Diaz", "Kestrel Lines").isdisjoint(led("Diaz", "Port Union"))


def test_what_has_no_name_and_nothing_beside_it_stays_in_its_article() -> None:
    assert key_of("The rebels fled.", Group, "The rebels", named=False).bucket is None


def test_two_things_of_which_an_article_says_the_same_have_keys_of_their_own() -> None:
    doc = document("A guard and a guard of Kestrel Lines fled.")
    guards = [(chain(Person, "A guard", named=False), [mention("A guard", Person, within=doc, kind=MentionKind.NOMINAL)]),
              (chain(Person, "a guard", named=False), [mention("a guard", Person, within=doc, kind=MentionKind.NOMINAL)])]  # fmt: skip
    line = (chain(Group, "Kestrel Lines"), [mention("Kestrel Lines", Group, within=doc)])
    one, two, _ = keys_of(doc, extraction(doc, [*guards, line]))
    assert one.bucket is not None
    assert two.bucket == f"{one.bucket}:2"


def test_a_chain_with_an_expansion_and_its_acronym_defines_it() -> None:
    key = key_of("The Harbour Pilots' Association (HPA) met.", Group, "Harbour Pilots' Association", "HPA")
    assert (key.bucket, key.defines, key.weak) == ("o:harbour pilots association", ("o:hpa",), False)


def test_the_expansion_is_what_an_acronym_first_chain_goes_by() -> None:
    key = key_of("The HPA (Harbour Pilots' Association) met.", Group, "HPA", "Harbour Pilots' Association")
    assert (key.bucket, key.label, key.aliases) == (
        "o:harbour pilots association",
        "Harbour Pilots' Association",
        ("HPA",),
    )


def test_the_text_may_define_an_acronym_whose_letters_come_from_another_language() -> None:
    for written in ("MEK", "M.E.K."):
        key = key_of(f"The People's Union of Sailors ({written}) met.", Group, "People's Union of Sailors", written)
        assert key.defines == ("o:mek",)


def test_two_names_of_which_none_explains_the_other_define_nothing() -> None:
    key = key_of("The Highland Front met. HPA men came.", Group, "Highland Front", "HPA")
    assert key.defines == ()


def test_an_acronym_alone_is_a_weak_label() -> None:
    key = key_of("The HPA met.", Group, "HPA")
    assert (key.bucket, key.weak) == ("o:hpa", True)


def test_the_anchor_counts_the_quoted_text_not_the_mentions() -> None:
    doc = document("Ana Diaz met Ana Diaz.")
    later = mention("Ana Diaz", Person, within=doc, nth=1)
    found = extraction(doc, [(chain(Person, "Ana Diaz"), [later])])
    assert anchors_in(doc, found) == (anchor("a.txt", "Ana Diaz", Person, 1),)
    assert keys_of(doc, found)[0].anchor.occurrence == 1


def event_in(doc: Document, *, named: bool) -> Extraction:
    names = ("Harbour Summit",) if named else ("attacked",)
    kind = MentionKind.NAME if named else MentionKind.TRIGGER
    mentions = [
        mention(names[0], Event, within=doc, kind=kind),
        mention("Port Alder", Place, within=doc),
        mention("1 March 2024", Date, within=doc),
    ]
    chains = (
        Chain((0,), Event, names, named, None if named else "attack"),
        Chain((1,), Place, ("Port Alder",)),
        Chain((2,), Date, ("1 March 2024",), value=DateValue("2024-03-01")),
    )
    return Extraction(
        doc.id, "scripted-1", tuple(mentions), chains, (relation(0, "occurredAt", 1), relation(0, "startDate", 2))
    )


def test_an_unnamed_event_is_labelled_by_type_place_and_date() -> None:
    doc = document("They attacked Port Alder on 1 March 2024.")
    key = keys_of(doc, event_in(doc, named=False))[0]
    assert key.label == "Attack in Port Alder, 2024-03-01"
    assert key.bucket is not None
    assert key.bucket.startswith("d:")


def test_a_named_event_is_found_by_name_and_year() -> None:
    doc = document("The Harbour Summit was held in Port Alder on 1 March 2024.")
    key = keys_of(doc, event_in(doc, named=True))[0]
    assert (key.bucket, key.shade) == ("e:harbour summit", "2024")


def test_dates_are_no_things() -> None:
    doc = document("They attacked Port Alder on 1 March 2024.")
    assert [key.cls for key in keys_of(doc, event_in(doc, named=False))] == [Event, Place]
