"""The pages in a real browser: each page's task by mouse and by keyboard, with scripts and without, at three widths.

Needs Debian's `chromium` (or KG_TEST_CHROMIUM) and playwright; the accessibility rules need axe-core from npm, in
`node_modules` of the repository or of a folder above it, or named by KG_TEST_AXE (the path of axe.min.js).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.pages.conftest import HUB, KEY, path_in

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
CHROMIUM = os.environ.get("KG_TEST_CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium: apt-get install chromium, or set KG_TEST_CHROMIUM"
)

URL_ID = quote("https://example.org/news?id=1&part=a/b", safe="")
EVIL = f"/article/{quote('<script>alert(1)</script>', safe='/')}"
EVIL_TEXT = "Eve <img src=x onerror=window.pwned=1> <script>window.pwned=1</script>"
WAYS = [
    pytest.param(
        script, keyboard, id=f"{'with' if script else 'without'} scripts, by {'keyboard' if keyboard else 'mouse'}"
    )
    for script in (True, False)
    for keyboard in (True, False)
]


def axe_source() -> str | None:
    """The text of axe-core, if it is there."""
    given = os.environ.get("KG_TEST_AXE")
    here = Path(__file__).resolve()
    candidates = [Path(given)] if given else [at / "node_modules/axe-core/axe.min.js" for at in here.parents]
    return next((path.read_text("utf-8") for path in candidates if path.is_file()), None)


class Visitor:
    """Somebody at a browser who uses the mouse, or the keyboard alone."""

    def __init__(self, page: object, base: str, *, keyboard: bool) -> None:
        self.page: sync_api.Page = page  # type: ignore[valid-type]
        self.base = base
        self.keyboard = keyboard

    def open(self, path: str) -> None:
        """Go to an address."""
        self.page.goto(self.base + path)

    def use(self, selector: str) -> None:
        """Activate a link, a button or a summary, and wait for what comes."""
        found = self.page.locator(selector).first
        if self.keyboard:
            self.reach(selector)
        if found.evaluate("(element) => element.tagName.toLowerCase()") == "summary":
            self._press(found)
        else:
            with self.page.expect_navigation():
                self._press(found)

    def _press(self, found: sync_api.Locator) -> None:  # type: ignore[valid-type]
        if self.keyboard:
            self.page.keyboard.press("Enter")
        else:
            found.click()  # type: ignore[attr-defined]

    def reach(self, selector: str, most: int = 400) -> None:
        """Press Tab until the first thing of that kind has the focus, which must be seen."""
        wanted = self.page.locator(selector).first.element_handle()
        for _ in range(most):
            if self.page.evaluate("(wanted) => document.activeElement === wanted", wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {selector}")

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list, by its value."""
        if self.keyboard:
            self.reach(selector)
        self.page.locator(selector).first.select_option(value)

    def sign_in(self) -> None:
        """Give the key, for the pages that write."""
        self.open("/sign-in")
        self.page.fill("input[name=key]", KEY)
        with self.page.expect_navigation():
            self.page.click("main form button")

    def write(self, selector: str, text: str) -> None:
        """Write into a field."""
        if self.keyboard:
            self.reach(selector)
            self.page.keyboard.type(text)
        else:
            self.page.locator(selector).first.fill(text)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: object, pages: httpx.Client) -> Iterator[Callable[..., Visitor]]:
    """Visitors by name of what they use; whatever they do, nothing fails and no other host is asked."""
    contexts, trouble = [], []
    base = str(pages.base_url).rstrip("/")

    def make(*, script: bool = True, keyboard: bool = False, width: int = 1280, **more: object) -> Visitor:
        context = chromium.new_context(  # type: ignore[attr-defined]
            java_script_enabled=script, viewport={"width": width, "height": 900}, **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith(base) else trouble.append(asked.url))
        return Visitor(page, base, keyboard=keyboard)

    yield make
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_who_leads_a_group_who_says_so_and_who_disagrees(
    visitor: Callable[..., Visitor], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/")
    one.use("section[aria-labelledby=disputed] a.thing.group")
    assert one.page.locator(".facts dt").first.inner_text() == "Led by"
    assert one.page.locator(".facts blockquote mark.subject").first.is_visible()
    one.use(".facts a.tag.disputed")
    assert "does not lead" in one.page.locator("section[aria-labelledby=against] blockquote").first.inner_text()
    one.use("section[aria-labelledby=against] figcaption a")
    marked = one.page.locator(".text span:target")
    assert "does not lead" in marked.inner_text()


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_a_search_finds_a_thing_and_its_sentences_open(
    visitor: Callable[..., Visitor], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/")
    one.write("#q", "Kestrel Lines")
    if script and keyboard:
        one.page.wait_for_selector(".suggestions li")
        one.page.keyboard.press("ArrowDown")
        assert one.page.locator("#q").get_attribute("aria-activedescendant")
        with one.page.expect_navigation():
            one.page.keyboard.press("Enter")
    else:
        one.use(".search button")
        one.use("main a.thing.group")
    assert one.page.locator("h1").inner_text() == "Kestrel Lines"
    evidence = one.page.locator("details.evidence").first
    assert not evidence.locator("blockquote").first.is_visible()
    one.use("details.evidence > summary")
    assert evidence.locator("blockquote mark").first.is_visible()


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_the_graph_is_filtered_expanded_and_walked(
    visitor: Callable[..., Visitor], path_of: Callable[[str, str], str], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open(f"/explore/{path_of('Kestrel Lines', 'Group').rpartition('/')[2]}")
    before = one.page.locator(".wide-drawing .node").count()
    one.use(".wide-drawing a.expand[aria-label^='Expand Ana Diaz']")
    assert one.page.locator(".wide-drawing .node").count() > before
    one.page.locator("select[name=predicate]").select_option("locatedIn")
    one.use("form[action^='/explore'] button")
    assert one.page.locator(".wide-drawing .edge-label").all_text_contents()[0].startswith("located in")
    one.use(".wide-drawing .place a")
    assert one.page.locator("h1").inner_text() == "Port Alder"


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_two_things_are_connected(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/connections")
    one.write("input[name=from]", "Boris Lund")
    one.write("input[name=to]", "Port Alder")
    one.use("main form button")
    one.use(".way details summary")
    assert one.page.locator(".way blockquote").first.is_visible()


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_a_timeline_is_narrowed(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/timeline")
    one.write("input[name=since]", "2024-02")
    one.use("main form button")
    assert one.page.locator("ol.timeline .when").first.inner_text() == "1 March 2024"


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_kinds_of_mentions_are_switched_off(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open(f"/article/{URL_ID}")
    mark = one.page.locator(".text a.m.group").first
    line = "(mark) => getComputedStyle(mark).textDecorationLine"
    assert script is False or mark.evaluate(line) == "underline"
    if keyboard:
        one.reach("#mark-group")
        one.page.keyboard.press("Space")
    else:
        one.page.locator("#mark-group").click()
    assert not one.page.locator("#mark-group").is_checked()
    assert script is False or mark.evaluate(line) == "none"


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_an_article_is_read_again_with_a_key(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/article/three")
    one.use("a[href^='/manage/']")
    one.write("input[name=key]", KEY)
    one.use("main form button")
    one.use("form:has(input[value=reread]) button")
    assert one.page.locator("p[role=status]").is_visible()


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_the_map_is_moved_and_narrowed(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/map")
    one.choose("select[name=type]", "attack")
    one.use("main form button")
    assert "type=attack" in one.page.url
    one.use("nav[aria-label=Regions] a:has-text('Europe')")
    assert one.page.locator("nav[aria-label=Regions] a[aria-current=page]").inner_text() == "Europe"
    one.use("nav[aria-label=Move] a:has-text('Zoom in')")
    assert "box=" in one.page.url
    assert "type=attack" in one.page.url


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_disagreements_of_a_kind_are_read_to_their_article(
    visitor: Callable[..., Visitor], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/disagreements")
    one.use("nav[aria-label=Kinds] a[href='?kind=denied']")
    assert one.page.locator(".rivalry .against blockquote").first.is_visible()
    one.use(".rivalry .against figcaption a")
    assert one.page.locator(".text span:target").is_visible()


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_a_named_query_is_asked_by_its_form(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/queries")
    one.use("main a[href='/queries/leaders-of-group?form']")
    one.write("input[name=group]", "Kestrel Lines")
    if script and keyboard:
        one.page.wait_for_selector(".suggestions li")
        one.page.keyboard.press("ArrowDown")
        one.page.keyboard.press("Enter")
    one.use("main form button")
    one.use("table.results a.thing.person")
    assert one.page.locator("h1").inner_text() == "Ana Diaz"


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_what_there_is_is_browsed_by_kind_and_page(
    visitor: Callable[..., Visitor], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/entities")
    one.use("main a[href*='type=Person']")
    first = one.page.locator("main a.thing").first.inner_text()
    one.use("a[rel=next]")
    assert one.page.locator("main a.thing.person").count() > 1
    assert one.page.locator("main a.thing").first.inner_text() != first


def test_a_suggestion_is_taken_with_the_mouse(visitor: Callable[..., Visitor]) -> None:
    one = visitor()
    one.open("/timeline")
    one.page.locator("#q").press_sequentially("kestr")
    one.page.wait_for_selector(".suggestions li")
    with one.page.expect_navigation():
        one.page.locator(".suggestions li", has_text="Kestrel Lines").first.click()
    assert one.page.locator("h1").inner_text() == "Kestrel Lines"


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_the_events_of_an_answer_are_put_in_order_of_time(
    visitor: Callable[..., Visitor], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/queries/events-between?from=2023")
    one.use("main a[href^='/timeline?query=']")
    assert one.page.locator("ol.timeline:not(.undated) .when").first.inner_text() == "1 March 2024"
    one.choose("select[name=type]", "attack")
    one.use("main form button")
    assert set(one.page.locator("ol.timeline .kind.event").all_inner_texts()) == {"attack"}


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_words_have_a_timeline(visitor: Callable[..., Visitor], script: bool, keyboard: bool) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open("/timeline")
    one.write("input[name=words]", "rebels attacked")
    one.use("main form button")
    assert one.page.locator("ol.timeline a.thing.event").count() == 1
    one.use("ol.timeline a.thing.event")
    assert one.page.locator(".facts dt").first.inner_text() == "Began"


@pytest.mark.parametrize(("script", "keyboard"), WAYS)
def test_why_names_are_one_is_told_and_compared(
    visitor: Callable[..., Visitor], path_of: Callable[[str, str], str], script: bool, keyboard: bool
) -> None:
    one = visitor(script=script, keyboard=keyboard)
    one.open(path_of("Harbour Pilots' Association", "Group"))
    assert "is short for" in one.page.locator("#names .ties").inner_text()
    one.use("#names a[href^='/why?one=']")
    one.write("input[name=two]", "Kestrel Lines")
    if script and keyboard:
        one.page.wait_for_selector(".suggestions li")
        one.page.keyboard.press("Escape")
    one.use("main form button")
    assert "are two" in one.page.locator("#outcome").inner_text()
    assert one.page.locator("table td.points").count() > 1


def test_the_first_tab_skips_to_the_content(visitor: Callable[..., Visitor]) -> None:
    one = visitor(keyboard=True)
    one.open("/")
    one.page.keyboard.press("Tab")
    assert one.page.locator(".skip").evaluate("(link) => link.getBoundingClientRect().left >= 0")
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"


def test_a_slash_goes_to_the_search(visitor: Callable[..., Visitor]) -> None:
    one = visitor(keyboard=True)
    one.open("/disagreements")
    one.page.keyboard.press("/")
    assert one.page.evaluate("document.activeElement.id") == "q"


def _addresses(path_of: Callable[[str, str], str]) -> list[str]:
    group, hub = path_of("Kestrel Lines", "Group"), path_of(HUB, "Group")
    slug = group.rpartition("/")[2]
    return [
        "/", "/entities?q=Diaz", "/find?q=Kestrel", group, hub, f"/article/{URL_ID}", f"/explore/{slug}",
        f"/explore/{hub.rpartition('/')[2]}",
        "/timeline", f"/timeline?about={slug}", f"/connections?from={slug}&to=Boris%20Lund", "/disagreements", "/queries",
        "/sparql", "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D", "/sparql?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D",
        "/timeline?words=rebels", f"/why?one={slug}&two={hub.rpartition('/')[2]}", path_of("Harbour Pilots' Association", "Group"),
        "/map", "/map?box=-12,35,42,71", "/desk", "/docs", "/problems", "/sign-in", EVIL, "/queries/leaders-of-group?form",
        "/queries/leaders-of-group?group=Kestrel%20Lines",
    ]  # fmt: skip


def _signed(one: Visitor) -> list[str]:
    """Sign in, hand a hostile text in, and return the addresses of the pages that need a key."""
    one.sign_in()
    one.open("/add")
    one.write("textarea[name=text]", f"{EVIL_TEXT} leads Kestrel Lines.\n\n{'Very' + 'long' * 2500} \u202e {EVIL_TEXT}")
    one.use("form.add button")
    one.page.locator("h1", has_text="What is in it").wait_for()
    batch = one.page.url.removeprefix(one.base)
    return ["/add", batch, "/desk?kind=claim", "/desk?kind=pair", "/manage/three", "/sign-in"]


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen_or_runs(
    visitor: Callable[..., Visitor], pages: httpx.Client, path_of: Callable[[str, str], str], width: int
) -> None:
    one = visitor(width=width)
    listed = pages.get(
        "/entities", params={"type": "Group", "limit": 100}, headers={"Accept": "application/json"}
    ).json()
    people = pages.get(
        "/entities", params={"type": "Person", "limit": 100}, headers={"Accept": "application/json"}
    ).json()
    found = (*listed["entities"], *people["entities"])
    odd = (e for e in found if not e["label"].isascii() or len(e["label"]) > 200 or "<" in e["label"])
    strange = [path_in(e["iri"]) for e in odd]
    strange += [f"/explore/{path.rpartition('/')[2]}" for path in strange]
    assert len(strange) >= 6
    wide = {}
    for address in (*_addresses(path_of), *strange, *_signed(one)):
        one.open(address)
        over = one.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[address] = over
        assert one.page.evaluate("window.pwned") is None
        assert one.page.locator(".top nav").evaluate("(nav) => nav.scrollWidth <= nav.clientWidth"), address
    assert wide == {}


@pytest.mark.skipif(
    axe_source() is None, reason="no axe-core: npm install axe-core beside the repository, or set KG_TEST_AXE"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    visitor: Callable[..., Visitor], path_of: Callable[[str, str], str], scheme: str
) -> None:
    one = visitor(color_scheme=scheme)
    source = axe_source()
    found = {}
    for address in (*_addresses(path_of), *_signed(one)):
        one.open(address)
        one.page.evaluate(f"{source}; null")
        violations = one.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
        )
        serious = [
            (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in violations
            if one["impact"] in ("serious", "critical")
        ]
        if serious:
            found[address] = serious
    assert found == {}
