"""What is wrong with story files: form, ids, classes, domains and ranges, completeness as far as a program sees it.

Everything it finds must be repaired; the two checks that guess (a name that stays unmarked, a name with two classes) are waived by a
comment line `# ok: NAME` in the text, or in the story's header for all its texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.train.lint_story import problems_of_header, problems_of_story
from kg.train.lint_text import problems_of_sentences, problems_of_text
from kg.train.markup import read_story, story_paths
from kg.train.story import Problem, Story

__all__ = ["lint", "main", "problems_of"]


def problems_of(story: Story) -> list[Problem]:
    """Everything wrong with a story, by line."""
    found = [*story.problems, *problems_of_header(story)]
    broken = {problem.line for problem in story.problems}
    for passage in story.texts:
        found += (problem for problem in problems_of_text(passage) if problem.line not in broken)
        if not story.single:
            found += problems_of_sentences(passage)
    if not story.single:
        found += problems_of_story(story)
    return sorted(set(found), key=lambda p: (p.line, p.what))


def lint(paths: Iterable[Path]) -> Iterator[str]:
    """`file:line: what` for each problem of the files, among them story names used twice; the last line has the counts."""
    counts: Counter[str] = Counter()
    names: dict[str, Path] = {}
    for path in paths:
        story = read_story(path)
        found = problems_of(story)
        if not story.single and names.setdefault(story.name, path) != path:
            found.append(Problem(1, f"the story '{story.name}' is also in {names[story.name]}"))
        counts["passages" if story.single else "stories"] += 1
        for passage in story.texts:
            counts["texts"] += not story.single
            counts["words"] += len(passage.text.split())
            counts["mentions"] += len(passage.mentions)
            counts.update(fact.predicate if fact.holds else "traps" for fact in passage.facts)
        for problem in found:
            counts["problems"] += 1
            yield f"{path}:{problem.line}: {problem.what}"
    yield ", ".join(f"{name} {count}" for name, count in counts.most_common() if count)


def main(arguments: list[str]) -> int:
    """Lint files, or folders of them; exit 1 if anything is wrong."""
    lines = list(lint(path for argument in arguments for path in story_paths(Path(argument))))
    print("\n".join(lines))
    return 1 if len(lines) > 1 else 0
