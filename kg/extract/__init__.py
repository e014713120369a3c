"""Document → Extraction: mentions, chains of mentions, and relations with their evidence.

A small encoder trained by `kg train` (`kg/train`) and shipped in `model/` finds names, nominals and event triggers and scores pairs of
mentions; rules do what rules do better (dates, acronyms, titles, cues of denial and hedging), with their word lists in `lexicon/`.
Every window is run alone, so that an article's result depends on nothing but the article.
"""

from kg.extract.extractor import ModelExtractor, load_extractor

__all__ = ["ModelExtractor", "load_extractor"]
