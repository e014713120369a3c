"""What routes have looked up → HTML, rendered on the server.

In come plain values of `kg.lookup` and the catalogue; out comes a page that works without scripts, asks no other host for
anything, and holds less than 100 kB however much is known of its subject. Decisions, and why:

* Every text from an article or a person is escaped by Jinja, isolated (`<bdi>`) so that writing from right to left stays
  where it is, and cut where a name is longer than any name is. Markup is made in templates alone.
* The policy (`kg.api.middleware`) allows our own style sheet and our own script, nothing inline. The script is for comfort.
* A page is a pure function of the graph's version and its address, so `kg.api.routes.pages` keeps it in the answer cache.
  What depends on who asks (forms that write) is on pages of their own.
"""

from kg.api.pages.problems import problem_page, wants_page
from kg.api.pages.rendering import STATIC, links, local_path, marked, prepare, render
from kg.api.pages.wording import words

__all__ = [
    "STATIC",
    "links",
    "local_path",
    "marked",
    "prepare",
    "problem_page",
    "render",
    "wants_page",
    "words",
]
