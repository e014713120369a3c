"""Document → Extraction by a chat service that the user names: OpenAI-compatible or Ollama. Off unless asked for.

In: a `Document`, whose sentences go to the service, window by window, as a JSON list. Out: what the service says of them, less everything
that cannot be checked: a mention counts where its quote is in the text, a fact where its evidence is and where both ends are
mentioned by it. What is left out is counted (`summary`).

Decisions, and why:

* The answer's form is fixed by a JSON schema made from the ontology (`schema.py`), and checked again here: not every service obeys it.
* Dates are read by our own rules from the words quoted, not computed by the service.
* A language model's confidence is not calibrated, and the graph's threshold is. So it is mapped (`confidence.py`) to a scale on which only
  what the service is nearly sure of reaches the default threshold, and none of it passes what our model is sure of. The model's name in the
  graph ends in "(uncalibrated)".
* The text is data in the request, never instruction; an answer that obeys the text all the same can add nothing that the text does
  not have.
"""

from kg.extractors.llm.extractor import LlmExtractor
from kg.extractors.llm.service import LlmService

__all__ = ["LlmExtractor", "LlmService"]
