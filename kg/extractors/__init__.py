"""Which extractor reads articles: the model in the package, the adapter `llm`, or a plug-in of another package.

A plug-in is an entry point of the group `kg.extractors`. It names a callable that is called with the keyword arguments `model` (a folder
or None) and `threads` (a number or None), should accept further ones, and returns an `Extractor` (kg/types.py):

    [project.entry-points."kg.extractors"]
    mine = "my_package:MyExtractor"

    class MyExtractor:
        model = "my-model-3"
        def __init__(self, *, model=None, threads=None, **more): ...
        def extract(self, document: kg.types.Document) -> kg.types.Extraction: ...

Decisions, and why:

* What an extractor of others returns is checked against the document and the ontology before anything is kept (`check.py`): spans inside
  the text, evidence that holds an end of its fact, domains and ranges. What fails is an error that names the plug-in, for a graph
  with wrong evidence is worse than none.
* The name of the model in the graph (`kg:Run`) says which plug-in in which version found a claim, so that a new version reads anew.
* An extractor may raise ArticleError for a document that it cannot read: the article is skipped and named, the run goes on. It may have a
  method `summary() -> str | None`, printed when a command ends.
* Nothing here uses the network until `llm` is asked for by name.
"""

from kg.extractors.registry import DEFAULT, LLM, Known, is_calibrated, known_extractors, open_extractor, summary_of

__all__ = ["DEFAULT", "LLM", "Known", "is_calibrated", "known_extractors", "open_extractor", "summary_of"]
