"""What each page shows, without a browser: its task is done by what the server sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import httpx
import pytest
from lxml import html

from tests.pages.conftest import HUB, KEY, LEADERS, MEMBERS, text_of

Page = Callable[[str], html.HtmlElement]
PathOf = Callable[[str, str], str]
URL_ID = "https://example.org/news?id=1&part=a/b"
LARGEST = 100_000


@pytest.fixture(scope="module")
def addresses(path_of: PathOf) -> dict[str, str]:
    group, person = path_of("Kestrel Lines", "Group"), path_of("Ana Diaz", "Person")
    slug = group.rpartition("/")[2]
    return {
        "home": "/",
        "browse": "/entities?type=Person",
        "search": "/entities?q=Diaz",
        "find": "/find?q=Kestrel ships",
        "group": group,
        "person": person,
        "hub": path_of(HUB, "Group"),
        "hub's leaders": f"{path_of(HUB, 'Group')}?predicate=leads&as=object&page=2",
        "article": f"/article/{quote(URL_ID, safe='')}",
        "graph": f"/explore/{slug}",
        "graph of few": f"/explore/{slug}?predicate=locatedIn&confidence=0.5&since=2031&until=2031-12",
        "timeline": "/timeline",
        "timeline of one": f"/timeline?about={slug}&type=attack&since=2020",
        "connections": f"/connections?from={slug}&to={person.rpartition('/')[2]}",
        "no connections yet": "/connections",
        "disagreements": "/disagreements",
        "disagreements of one": f"/disagreements?about={slug}",
        "denied": "/disagreements?kind=denied",
        "queries": "/queries",
        "timeline of words": "/timeline?words=rebels",
        "timeline of an answer": f"/timeline?query={quote(EVENTS, safe='')}",
        "one or two": f"/why?one={slug}&two={person.rpartition('/')[2]}",
        "sparql": "/sparql",
        "map": "/map",
        "review": "/desk",
        "sign-in": "/sign-in",
        "problem": "/timeline?since=yesterday",
    }


EVENTS = "PREFIX kg: <https://w3id.org/newsgraph/ontology#> SELECT ?e ?p { ?e a kg:Event . OPTIONAL { ?e kg:occurredAt ?p } }"
NAMES = [
    "home", "browse", "search", "find", "group", "person", "hub", "hub's leaders", "article", "graph", "graph of few", "timeline",
    "timeline of one", "connections", "no connections yet", "disagreements", "disagreements of one", "denied", "queries",
    "timeline of words", "timeline of an answer", "one or two", "sparql", "map", "review", "sign-in", "problem",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_sound(pages: httpx.Client, addresses: dict[str, str], name: str) -> None:
    answer = pages.get(addresses[name])
    assert answer.status_code == (400 if name == "problem" else 200), answer.text
    assert len(answer.content) < LARGEST
    tree = html.document_fromstring(answer.content)
    assert tree.get("lang") == "en"
    assert len(tree.xpath("//h1")) == 1
    assert len(tree.xpath("//main[@id='main']")) == 1
    assert all(tree.xpath(f"//{name}") for name in ("header", "footer"))
    assert tree.xpath("//nav[@aria-label='Main']")
    assert tree.xpath("//a[@class='skip']/@href") == ["#main"]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1|//h2|//h3|//h4")]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    unnamed = [
        field
        for field in tree.xpath("//input[not(@type='hidden')]|//select|//textarea")
        if not (field.get("aria-label") or field.xpath("ancestor::label"))
    ]
    assert unnamed == []
    links = tree.xpath("//a[@href][not(@aria-hidden)]")
    assert [link for link in links if not (text_of(link) or link.get("aria-label"))] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_runs_nothing_inline_and_asks_no_other_host(
    pages: httpx.Client, addresses: dict[str, str], name: str
) -> None:
    answer = pages.get(addresses[name])
    tree = html.document_fromstring(answer.content)
    assert tree.xpath("//script/@src") in (["/static/comfort.js"], ["/static/comfort.js", "/static/desk.js"])
    assert tree.xpath("//script[normalize-space()]") == []
    assert tree.xpath("//*[@style]|//style") == []
    assert [name for element in tree.iter() for name in element.attrib if name.startswith("on")] == []
    loaded = tree.xpath("//link[@rel='stylesheet' or @rel='icon']/@href|//img/@src|//script/@src")
    assert all(address.startswith("/static/") for address in loaded)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in policy


def test_every_kind_of_link_of_every_page_leads_somewhere(pages: httpx.Client, addresses: dict[str, str]) -> None:
    seen: dict[tuple[str, ...], str] = {}  # one link of each kind: a page has hundreds of the same
    for name, address in addresses.items():
        tree = html.document_fromstring(pages.get(address).content)
        for link in tree.xpath("//a"):
            to = urlsplit(urljoin(address, link.get("href")))
            if (
                link.get("href").startswith("#")
                or to.scheme
                or to.path.startswith(("/docs", "/changes", "/.well-known"))
            ):
                continue
            kind = (name, to.path.split("/")[1], to.path.rpartition(".")[2], *sorted(parse_qs(to.query)))
            seen.setdefault(kind, to._replace(fragment="").geturl())
    broken = {address: status for address in set(seen.values()) if (status := pages.get(address).status_code) >= 400}
    assert len(set(seen.values())) > 60
    assert broken == {}


def test_a_filter_of_the_graph_shows_others_than_the_best_supported(page: Page, path_of: PathOf) -> None:
    slug = path_of(HUB, "Group").rpartition("/")[2]
    whole, none = page(f"/explore/{slug}"), page(f"/explore/{slug}?since=2032")
    narrowed = page(f"/explore/{slug}?until=2031-01&confidence=0.1")
    nodes = "//*[contains(@class, 'wide-drawing')]//*[starts-with(@class, 'node')]"
    assert len(whole.xpath(nodes)) == len(narrowed.xpath(nodes)) == 41  # and itself
    assert none.xpath(nodes) == []


def test_links_to_sentences_point_at_them(page: Page, path_of: PathOf) -> None:
    links = page(path_of("Kestrel Lines", "Group")).xpath("//figcaption/a[contains(@href, '#char=')]/@href")
    assert links
    for link in links:
        address, _, fragment = link.partition("#")
        assert page(address).xpath(f"//*[@id='{fragment}']"), link


def test_a_search_finds_things_sentences_and_what_was_meant(page: Page) -> None:
    tree = page("/find?q=Kestrel ships")
    assert "Kestrel" in text_of(tree.xpath("//section[@aria-labelledby='sentences']//mark")[0])
    link = tree.xpath("//section[@aria-labelledby='sentences']//figcaption/a/@href")[0]
    assert page(link.partition("#")[0]).xpath(f"//*[@id='{link.partition('#')[2]}']")
    misspelt = page("/find?q=Kestrell Lines")
    assert "Kestrel Lines" in text_of(misspelt.xpath("//main")[0])


def test_home_says_what_there_is_and_where_to_begin(page: Page) -> None:
    tree = page("/")
    assert "7 articles tell of" in text_of(tree.xpath("//main")[0])
    assert tree.xpath("//a[@href='/timeline?type=attack']")
    assert tree.xpath("//section[@aria-labelledby='newest']//a[starts-with(@href, '/article/again')]")
    assert tree.xpath("//section[@aria-labelledby='disputed']//figure[contains(@class, 'disputes')]")


def test_who_leads_a_group_the_sentence_and_the_article_that_disagrees_are_two_clicks_away(page: Page) -> None:
    home = page("/")
    group = home.xpath("//section[@aria-labelledby='disputed']//a[contains(@class, 'group')]/@href")[0]
    facts = page(group).xpath("//section[@class='facts']")[0]
    assert text_of(facts.xpath(".//dt")[0]) == "Led by"
    assert facts.xpath(".//blockquote/mark[@class='subject']")
    disputed = facts.xpath(".//a[contains(@class, 'disputed')]/@href")[0]
    against = page(disputed).xpath("//section[@aria-labelledby='against']//blockquote")
    assert "does not lead" in text_of(against[0])


def test_a_sentence_has_both_ends_marked(page: Page, path_of: PathOf) -> None:
    tree = page(path_of("Kestrel Lines", "Group"))
    quote_ = next(
        q for q in tree.xpath("//blockquote") if text_of(q).startswith("Kestrel Lines is based in Port Alder")
    )
    assert [(mark.get("class"), text_of(mark)) for mark in quote_.xpath("./mark")] == [
        ("subject", "Kestrel Lines"),
        ("object", "Port Alder"),
    ]


def test_what_is_only_alleged_or_planned_is_told_apart(page: Page, path_of: PathOf) -> None:
    tree = page(path_of("Kestrel Lines", "Group"))
    modalities = {
        text_of(one) for one in tree.xpath("//section[@class='statements']//span[contains(@class, 'modality')]")
    }
    assert {"alleged", "planned"} <= modalities
    assert tree.xpath("//li[contains(@class, 'held')]//span[text()='not asserted']")


def test_other_formats_are_linked_in_the_head_too(page: Page, pages: httpx.Client, path_of: PathOf) -> None:
    tree = page(path_of("Kestrel Lines", "Group"))
    links = {link.get("type"): link.get("href") for link in tree.xpath("//link[@rel='alternate']")}
    for media_type in ("application/ld+json", "text/turtle"):
        assert pages.get(links[media_type]).headers["content-type"].startswith(media_type)


def test_the_statements_of_a_thing_are_a_table_to_take_away(page: Page, pages: httpx.Client, path_of: PathOf) -> None:
    (link,) = page(path_of("Kestrel Lines", "Group")).xpath("//a[@download]/@href")
    answer = pages.get(link)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "Port Alder" in answer.text


def test_a_thing_with_many_statements_is_paged(page: Page, path_of: PathOf) -> None:
    path = path_of(HUB, "Group")
    tree = page(path)
    heading = next(h for h in tree.xpath("//h2") if text_of(h).startswith("Led by"))
    assert text_of(heading) == f"Led by {len(LEADERS)}"
    shown = heading.xpath("./following-sibling::ul/li")
    assert 0 < len(shown) < len(LEADERS)
    (more,) = (a for a in tree.xpath("//p[@class='more']/a") if "Led by" in text_of(a))
    names: list[str] = []
    address = urljoin(path, more.get("href"))
    while True:
        listed = page(address)
        names += [
            text_of(a) for a in listed.xpath("//li[contains(@class, 'statement')]/p/a[contains(@class, 'thing')]")
        ]
        further = listed.xpath("//a[@rel='next']/@href")
        if not further:
            break
        address = urljoin(address, further[0])
    assert sorted(names) == sorted(LEADERS)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("predicate=leads&as=object&page=99", 404),
        ("predicate=leads&page=0", 400),
        ("predicate=leads&page=" + "9" * 40, 400),
        ("predicate=nonsense", 400),
    ],
)
def test_a_page_that_is_not_there_is_a_clear_problem(
    pages: httpx.Client, path_of: PathOf, query: str, status: int
) -> None:
    answer = pages.get(f"{path_of(HUB, 'Group')}?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert html.document_fromstring(answer.content).xpath("//p[contains(@class, 'notice')]")


def test_programs_get_problem_documents(pages: httpx.Client) -> None:
    answer = pages.get("/timeline?since=yesterday", headers={"Accept": "*/*"})
    assert answer.json()["status"] == 400


def test_the_drawing_has_no_more_than_a_person_can_read_and_tells_how_many_there_are(
    page: Page, path_of: PathOf
) -> None:
    slug = path_of(HUB, "Group").rpartition("/")[2]
    tree = page(f"/explore/{slug}")
    (drawing,) = tree.xpath("//*[contains(@class, 'wide-drawing')]")
    nodes = drawing.xpath(".//*[starts-with(@class, 'node')]")
    assert len(nodes) == 41
    assert f"of {len(LEADERS) + len(MEMBERS)}" in text_of(tree.xpath("//p[contains(@class, 'faint')]")[0])
    assert all(node.xpath("./a/@href") for node in nodes)


def test_the_drawing_can_be_filtered_and_expanded(page: Page, path_of: PathOf) -> None:
    slug = path_of("Kestrel Lines", "Group").rpartition("/")[2]

    def names(query: str) -> set[str]:
        (drawing,) = page(f"/explore/{slug}?{query}").xpath("//*[contains(@class, 'wide-drawing')]") or [None]
        return {text_of(text) for text in drawing.xpath(".//*[starts-with(@class, 'node')]/a/text")}

    assert "Port Alder" in names("predicate=locatedIn")
    assert "Ana Diaz" in names("")
    assert "Ana Diaz" not in names("predicate=locatedIn")
    person = path_of("Ana Diaz", "Person").rpartition("/")[2]
    assert "Harbour Pilots' Association" in names(f"expand={person}") - names("")


def test_a_timeline_keeps_the_days_of_articles_apart(page: Page, path_of: PathOf) -> None:
    slug = path_of("Kestrel Lines", "Group").rpartition("/")[2]
    rows = page(f"/timeline?about={slug}").xpath("//ol[@class='timeline']/li")
    attack = next(row for row in rows if "ttack" in text_of(row))
    assert text_of(attack.xpath("./div[@class='when']")[0]) == "1 March 2024"
    assert "1 May 2031" in text_of(attack.xpath("./div[contains(@class, 'apart')]")[0])


def test_a_timeline_ends_where_it_is_told_to(page: Page) -> None:
    days = [
        text_of(one)
        for one in page("/timeline?since=2024&until=2024-02").xpath("//ol[@class='timeline']//div[@class='when']")
    ]
    assert "2024" in days
    assert "1 March 2024" not in days


def test_a_name_that_several_things_have_is_asked_back(page: Page, pages: httpx.Client) -> None:
    tree = page("/connections?from=Diaz&to=Kestrel Lines")
    assert len(tree.xpath("//div[contains(@class, 'notice')]//li/a")) == 2
    assert pages.get("/timeline?about=Diaz").status_code == 409


def test_a_connection_has_evidence_on_each_step(page: Page) -> None:
    tree = page("/connections?from=Boris Lund&to=Port Alder")
    ways = tree.xpath("//section[contains(@class, 'way')]")
    assert ways
    assert all(step.xpath(".//blockquote") for way in ways for step in way.xpath("./ol/li"))


def test_disagreements_stand_side_by_side(page: Page) -> None:
    tree = page("/disagreements?kind=denied")
    one = next(s for s in tree.xpath("//section[@class='rivalry']") if "Boris Lund" in text_of(s))
    says, denies = one.xpath(".//div[contains(@class, 'side')]/h3/..")
    assert "reportedly leads" in text_of(says)
    assert "does not lead" in text_of(denies)
    assert all(side.xpath(".//time") for side in (says, denies))


def test_an_article_has_its_mentions_marked_by_class_and_what_it_says_beside(page: Page) -> None:
    tree = page(f"/article/{quote(URL_ID, safe='')}")
    marks = {text_of(mark): mark.get("class") for mark in tree.xpath("//div[@class='text']//*[contains(@class, 'm ')]")}
    assert marks["Kestrel Lines"] == "m group"
    assert marks["Port Alder"] == "m place"
    beside = [text_of(line) for line in tree.xpath("//div[@class='margin']//li")]
    assert any("Kestrel Lines located in Port Alder" in line for line in beside)
    assert {box.get("id") for box in tree.xpath("//fieldset//input")} >= {"mark-group", "mark-place"}


def test_the_text_of_an_article_is_whole(page: Page, pages: httpx.Client) -> None:
    text = pages.get(f"/articles/{quote(URL_ID, safe='')}", headers={"Accept": "application/json"}).json()["text"]
    shown = " ".join(text_of(p) for p in page(f"/article/{quote(URL_ID, safe='')}").xpath("//div[@class='text']/p"))
    assert shown == " ".join(text.split())


def test_a_page_is_answered_with_304_while_nothing_changes(pages: httpx.Client, path_of: PathOf) -> None:
    path = path_of(HUB, "Group")
    etag = pages.get(path).headers["etag"]
    assert pages.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert pages.get(f"{path}?predicate=leads&as=object", headers={"If-None-Match": etag}).status_code == 200


def test_no_page_holds_a_key(pages: httpx.Client, addresses: dict[str, str]) -> None:
    assert all(KEY not in pages.get(address).text for address in addresses.values())


def test_the_script_and_the_sheet_are_small_and_ask_no_other_host(pages: httpx.Client) -> None:
    for name in ("comfort.js", "desk.js", "desk.css", "style.css", "icon.svg"):
        text = pages.get(f"/static/{name}").text
        assert len(text) < 40_000
        assert re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9.-]+\.[a-z]{2,}", text) == []
