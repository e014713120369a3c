"""The review queue: what it asks, what an answer does, undo, keys and buttons, and nothing for other sites."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from lxml import html

from kg.access import KeyRing, KeyScope
from kg.linking import Ledger, Proposal, ledger_path
from kg.linking.ledger import Feature
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, World, article
from tests.pages.conftest import text_of
from tests.pages.signed import browsing, signed_in, tree_of
from tests.serving import running

MATCH, MATCH_LABEL = "https://data.example/entity/Q7", "Kestrel <img src=x onerror=window.pwned=1> Lines"
EVIL = "Eve <img src=x onerror=window.pwned=1> Stone"


def _fill(folder: Path) -> str:
    with Workspace.create(folder) as workspace:
        workspace.ingest(
            [
                World.article("one.txt", [0, 8], published="2031-04-02", publisher="The Gazette"),
                World.article("two.txt", [1], published="2031-04-03"),
                World.article("alone.txt", [2], published="2031-05-01"),  # HPA: which of the two?
                World.article("unsure.txt", [7], published="2031-05-02"),
            ],
            World.extractor(),
        )
        people = {
            r"Eve <img src=x onerror=window\.pwned=1> Stone": EntityClass.PERSON,
            "Kestrel Lines": EntityClass.GROUP,
        }
        workspace.ingest(
            [article(f"Perhaps {EVIL} leads Kestrel Lines, it is said.", "evil.txt", title="<b>\u202eevil")],
            FakeExtractor(people, model="fake-evil"),
        )
        target = workspace.catalogue.entities(cls=EntityClass.GROUP, limit=100)
        iri = next(row.iri.value for row in target if row.label == "Kestrel Lines")
    now = datetime(2031, 6, 1, tzinfo=UTC)
    features = (Feature("the same name", 2.4), Feature("another country", -0.7))
    proposal = Proposal(
        iri,
        MATCH,
        "https://data.example/sparql",
        "exactMatch",
        0.83,
        MATCH_LABEL,
        "<b>a line</b> of ships",
        features,
        now,
    )
    with Ledger.open(ledger_path(folder)) as ledger:
        ledger.propose(proposal.endpoint, {iri: [proposal]})
    return KeyRing(folder).add("desk", scope=KeyScope.WRITE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a service over a small world with questions, and a key; each test takes back what it decides."""
    folder = tmp_path_factory.mktemp("review") / "world"
    key = _fill(folder)
    with running(folder, {"KG_QUERY_WORKERS": "1"}) as url:
        yield url, key


@pytest.fixture
def browser(served: tuple[str, str]) -> Iterator[httpx.Client]:
    with signed_in(*served) as client:
        yield client


def _contradict(browser: httpx.Client) -> list[int]:
    """Decide that two are not one, and that they are; the numbers of both decisions."""
    token = _token_of(browser)
    made = []
    for action in ("different", "same"):
        form = {"token": token, "action": action, "entity": "Ana Diaz", "other": "Ana Maria Diaz"}
        answer = browser.post("/desk", data=form)
        assert answer.status_code == 303, answer.text
        made.append(int(answer.headers["location"].rpartition("=")[2]))
    return made


def _token_of(browser: httpx.Client) -> str:
    return str(tree_of(browser, "/desk?kind=claim").xpath("//input[@name='token']/@value")[0])


def _answer(browser: httpx.Client, address: str, action: str) -> httpx.Response:
    """Press the button of an answer on a page."""
    form = tree_of(browser, address).xpath(f"//form[input[@name='action'][@value='{action}']]")[0]
    answer = browser.post("/desk", data=dict(form.fields))
    assert answer.status_code == 303, answer.text
    return answer


def test_whoever_is_not_signed_in_may_look_and_not_decide(served: tuple[str, str]) -> None:
    with httpx.Client(base_url=served[0], headers={"Accept": "text/html"}, trust_env=False, timeout=60) as client:
        tree = tree_of(client, "/desk?kind=claim")
        assert tree.xpath("//main//blockquote/mark[@class='subject']")
        assert not tree.xpath("//main//form")
        assert tree.xpath("//main//a[starts-with(@href, '/sign-in?next=')]")
        assert client.get("/review").headers["location"] == "/desk"
        assert client.get("/review", headers={"Accept": "application/json"}).json()["questions"]


def test_a_claim_is_asked_with_both_ends_marked(browser: httpx.Client) -> None:
    tree = tree_of(browser, "/desk?kind=claim")
    marks = {mark.get("class") for mark in tree.xpath("//section[contains(@class, 'question')]//blockquote/mark")}
    assert marks == {"subject", "object"}
    assert tree.xpath("//figcaption/a[contains(@href, '#char=')]")
    assert tree.xpath("//button[@data-key='y']")
    assert tree.xpath("//button[@data-key='n']")


def test_an_accepted_claim_becomes_a_fact_at_once_and_undo_takes_it_back(browser: httpx.Client) -> None:
    before = text_of(tree_of(browser, "/desk?kind=claim").xpath("//h2[@id='question']")[0])
    shown = tree_of(browser, _answer(browser, "/desk?kind=claim", "accept").headers["location"])
    outcome = text_of(shown.xpath("//section[@role='status']")[0])
    assert outcome.startswith("Decided:")
    assert "+ fact" in outcome
    after = shown.xpath("//h2[@id='question']")
    assert [text_of(heading) for heading in after] != [before]
    undone = tree_of(browser, _answer(browser, "/desk?kind=claim", "undo").headers["location"])
    assert "− fact" in text_of(undone.xpath("//section[@role='status']")[0])
    assert undone.xpath("//ul[@class='mine']//del")
    assert text_of(undone.xpath("//h2[@id='question']")[0]) == before


def test_two_things_are_shown_side_by_side_with_what_speaks_for_and_against(browser: httpx.Client) -> None:
    tree = tree_of(browser, "/desk?kind=pair")
    sides = tree.xpath("//section[contains(@class, 'question')]//section[contains(@class, 'side')]")
    assert len(sides) == 2
    assert all(side.xpath(".//blockquote/mark") for side in sides)
    assert len(tree.xpath("//details[@class='why']//tbody/tr")) > 1


def test_a_merge_is_told_at_once_and_can_be_taken_back(browser: httpx.Client) -> None:
    merged = tree_of(browser, _answer(browser, "/desk?kind=pair", "same").headers["location"])
    assert "merged" in text_of(merged.xpath("//section[@role='status']")[0])
    parted = tree_of(browser, _answer(browser, "/desk?kind=pair", "undo").headers["location"])
    assert "new" in text_of(parted.xpath("//section[@role='status']")[0])


def test_a_question_that_is_passed_over_comes_again(browser: httpx.Client) -> None:
    first = text_of(tree_of(browser, "/desk").xpath("//h2[@id='question']")[0])
    (skip,) = tree_of(browser, "/desk").xpath("//a[@rel='next']/@href")
    second = tree_of(browser, skip)
    assert text_of(second.xpath("//h2[@id='question']")[0]) != first
    last = tree_of(browser, "/desk?skip=200")
    assert tree_of(browser, last.xpath("//p[@class='empty']/a/@href")[0]).xpath("//h2[@id='question']")


def test_what_somebody_else_has_decided_meanwhile_is_said(browser: httpx.Client) -> None:
    form = dict(tree_of(browser, "/desk?kind=pair").xpath("//form[input[@value='same']]")[0].fields)
    assert browser.post("/desk", data=form).status_code == 303
    again = browser.post("/desk", data=form)
    assert again.status_code == 409
    assert "Nothing was decided" in again.text
    _answer(browser, "/desk?kind=pair", "undo")


def test_what_is_the_same_elsewhere_is_asked_with_what_speaks_for_it(browser: httpx.Client) -> None:
    tree = tree_of(browser, "/desk?kind=match")
    asked = text_of(tree.xpath("//h2[@id='question']")[0])
    assert asked == f"Is Kestrel Lines what is called {MATCH_LABEL} elsewhere?"
    assert tree.xpath("//section[@aria-label='Elsewhere']//a/@href") == [MATCH]
    assert "the same name" in text_of(tree.xpath("//section[@aria-label='Elsewhere']")[0])
    assert [button.get("data-key") for button in tree.xpath("//div[@class='answers']//button")] == ["y", "c", "n"]
    assert not tree.xpath("//main//img|//main//script")


@pytest.mark.parametrize(("action", "words"), [("match", "the same as"), ("mismatch", "not the same as")])
def test_an_answer_about_elsewhere_is_told_and_can_be_taken_back(
    browser: httpx.Client, action: str, words: str
) -> None:
    shown = tree_of(browser, _answer(browser, "/desk?kind=match", action).headers["location"])
    assert f"{words} {MATCH}" in text_of(shown.xpath("//section[@role='status']")[0])
    assert shown.xpath("//p[@class='empty']")
    _answer(browser, "/desk?kind=match", "undo")
    assert tree_of(browser, "/desk?kind=match").xpath("//h2[@id='question']")


def test_decisions_that_contradict_each_other_are_shown_side_by_side_and_one_is_taken_back(
    browser: httpx.Client,
) -> None:
    kept = _contradict(browser)
    tree = tree_of(browser, "/desk?kind=contradiction")
    rows = [text_of(row) for row in tree.xpath("//section[contains(@class, 'question')]//ol/li")]
    assert [row.partition(" decision ")[0] for row in rows] == [
        "Ana Diaz and Ana Maria Diaz: one",
        "Ana Diaz and Ana Maria Diaz: two",
    ]
    assert [button.get("data-key") for button in tree.xpath("//div[@class='answers']//button")] == ["1", "2"]
    form = dict(tree.xpath("//div[@class='answers']//form[.//button[@data-key='1']]")[0].fields)
    answer = browser.post("/desk", data=form)
    assert answer.status_code == 303
    after = tree_of(browser, answer.headers["location"])
    assert "Taken back" in text_of(after.xpath("//section[@role='status']")[0])
    assert not after.xpath("//h2[@id='question']")
    assert browser.post("/desk", data={**form, "judgement": str(kept[0])}).status_code == 303


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_person_answers_questions_of_every_kind(chromium: object, served: tuple[str, str], script: bool) -> None:
    with signed_in(*served) as client:
        _contradict(client)
    with browsing(chromium, served, java_script_enabled=script) as page:

        def press(key: str) -> None:
            with page.expect_navigation():
                page.keyboard.press(key) if script else page.locator(f"button[data-key='{key}']").press("Enter")
            assert page.locator("section[role=status]").is_visible()

        for kind, key in (("match", "n"), ("pair", "n"), ("contradiction", "1")):
            page.goto(f"{served[0].rstrip('/')}/desk?kind={kind}")
            press(key)
            if kind != "contradiction":
                press("u")
        press("u")  # the decision that the contradiction was with


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_a_form_of_another_site_decides_nothing(browser: httpx.Client, headers: dict[str, str]) -> None:
    form = dict(tree_of(browser, "/desk?kind=claim").xpath("//form[input[@value='accept']]")[0].fields)
    assert browser.post("/desk", data=form, headers=headers).status_code == 403
    assert browser.post("/desk", data={**form, "token": "guessed"}).status_code == 403
    assert dict(tree_of(browser, "/desk?kind=claim").xpath("//form[input[@value='accept']]")[0].fields) == form


@pytest.mark.parametrize("query", ["skip=-1", "skip=9999", "skip=x", "kind=all"])
def test_an_address_that_asks_for_nothing_is_a_clear_problem(browser: httpx.Client, query: str) -> None:
    assert browser.get(f"/desk?{query}").status_code == 400


def test_hostile_names_are_text(browser: httpx.Client) -> None:
    addresses = [f"/desk?kind=claim&skip={number}" for number in range(3)]
    pages = [browser.get(address).content for address in addresses]
    assert any(b"onerror=window.pwned" in page for page in pages)
    for page in pages:
        tree = html.document_fromstring(page)
        assert not tree.xpath("//main//img|//main//b|//main//script|//*[@style]")
        assert tree.xpath("//script/@src") == ["/static/comfort.js", "/static/desk.js"]
        assert "\u202e" not in "".join(tree.xpath("//title/text()|//@*"))


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("keyboard", [True, False], ids=["by keyboard", "by mouse"])
def test_a_person_decides_and_undoes(chromium: object, served: tuple[str, str], script: bool, keyboard: bool) -> None:
    with browsing(chromium, served, java_script_enabled=script) as page:
        page.goto(f"{served[0].rstrip('/')}/desk?kind=claim")
        if keyboard and script:
            with page.expect_navigation():
                page.keyboard.press("y")
        elif keyboard:
            page.locator("button[data-key=y]").focus()
            with page.expect_navigation():
                page.keyboard.press("Enter")
        else:
            with page.expect_navigation():
                page.locator("button[data-key=y]").click()
        assert "Decided" in page.locator("section[role=status]").inner_text()
        if keyboard and script:
            with page.expect_navigation():
                page.keyboard.press("u")
        else:
            with page.expect_navigation():
                page.locator("button[data-key=u]").click()
        assert "Taken back" in page.locator("section[role=status]").inner_text()


def test_keys_can_be_switched_off(chromium: object, served: tuple[str, str]) -> None:
    with browsing(chromium, served) as page:
        page.goto(f"{served[0].rstrip('/')}/desk?kind=claim")
        page.locator("[data-keys-switch]").click()
        page.keyboard.press("y")
        page.reload()
        assert not page.locator("[data-keys-switch]").is_checked()
        assert page.locator("section[role=status]").count() == 0
