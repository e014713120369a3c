"""`LlmExtractor`: a document, window by window, to the service and back."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from kg.errors import ArticleError, ExtractorError
from kg.extractors.llm.answer import Answer, Unreadable, read_answer
from kg.extractors.llm.schema import instructions, schema
from kg.extractors.llm.service import ChatClient, LlmService, NoAnswer, Patience, TooLong
from kg.extractors.llm.verify import Verified
from kg.extractors.llm.windows import halves, question, windows
from kg.types import Document, Extraction

__all__ = ["VERSION", "LlmExtractor"]

log = logging.getLogger(__name__)

VERSION = "1"  # of instructions, schema, checks and confidence: another number reads stored articles anew
ASKED_AGAIN = 1  # times that a window is asked about again, with another seed, when its answer cannot be read
IN_A_ROW = 3  # articles without a usable answer after which the run ends: the fault is not theirs


class LlmExtractor:
    """Reads articles by a chat service. Equal documents give equal extractions as far as the service keeps to its seed."""

    def __init__(self, service: LlmService, *, patience: Patience | None = None) -> None:
        self._service = service
        self._patience = patience
        self._dropped: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._failed = 0

    @property
    def model(self) -> str:
        """Name and version of the adapter, the service's model, and that nobody has calibrated it."""
        return f"llm/{VERSION} {self._service.model} (uncalibrated)"

    def extract(self, document: Document) -> Extraction:
        """What the service says of the document and the document bears out.

        Raises ArticleError when it gives no usable answer about this article, ExtractorError when it will about none.
        """
        started = time.monotonic()
        verified = Verified(document)
        with ChatClient(self._service, self._patience) as client:
            try:
                for window in windows(document, self._service.window_words):
                    self._ask(client, document, window, verified)
            except NoAnswer as error:
                self._failed += 1
                if self._failed >= IN_A_ROW:
                    raise ExtractorError(
                        f"extractor llm: {self._service.shown}: {error}, for {IN_A_ROW} articles in a row",
                        hint="another KG_LLM_MODEL, a larger KG_LLM_TIMEOUT_S or a smaller KG_LLM_WINDOW_WORDS",
                    ) from error
                raise ArticleError(
                    document.id, f"{self._service.shown}: {error}", hint="a smaller KG_LLM_WINDOW_WORDS may help"
                ) from error
            finally:
                self._counts["repeats"] += client.repeats
        self._failed = 0
        found = verified.extraction(self.model)
        self._dropped += verified.dropped
        self._counts += Counter(articles=1, mentions=len(found.mentions), facts=len(found.relations))
        log.info(
            "%s: %d mentions and %d facts kept, %d left out (%s) in %.1f s",
            document.id, len(found.mentions), len(found.relations), verified.dropped.total(),
            _reasons(verified.dropped), time.monotonic() - started,
        )  # fmt: skip
        return found

    def summary(self) -> str | None:
        """What was asked, kept and left out so far; None before the first answer."""
        counts = self._counts
        if not counts["questions"]:
            return None
        told = (
            f"llm: articles {counts['articles']:,}, questions {counts['questions']:,},"
            f" asked again while the service was busy {counts['repeats']:,}, unreadable answers {counts['unreadable']:,};"
            f" kept: mentions {counts['mentions']:,}, facts {counts['facts']:,}, their confidence uncalibrated; "
        )
        if not self._dropped:
            return told + "nothing was left out"
        return told + f"left out what the text or the ontology does not bear out: {_reasons(self._dropped)}"

    def _ask(self, client: ChatClient, document: Document, window: Sequence[int], verified: Verified) -> None:
        """Ask about a window, or, where that is too much at once, about its halves."""
        known = verified.known()
        try:
            answer = self._answer(client, question(document, window, known))
        except TooLong:
            if len(window) < 2:
                raise
            for half in halves(window):
                self._ask(client, document, half, verified)
        else:
            verified.add(window, answer, known)

    def _answer(self, client: ChatClient, asked: str) -> Answer:
        """The answer, asked for again when it cannot be read. Raises NoAnswer."""
        for attempt in range(ASKED_AGAIN + 1):
            self._counts["questions"] += 1
            try:
                return read_answer(client.ask(instructions(), asked, schema(), again=attempt))
            except Unreadable as error:
                wrong = str(error)
                log.info("%s: an answer is %s", self._service.shown, wrong)
                self._counts["unreadable"] += 1
        raise NoAnswer(f"its answer is {wrong}")


def _reasons(dropped: Counter[str]) -> str:
    return ", ".join(_listed(dropped)) or "nothing"


def _listed(dropped: Counter[str]) -> Iterator[str]:
    for reason, count in sorted(dropped.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:,} {reason}"
