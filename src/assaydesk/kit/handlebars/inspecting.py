"""Which variables a template names, without rendering it."""

from collections.abc import Iterator, Sequence
from typing import Final

from assaydesk.kit.handlebars.nodes import Block, Branch, Call, Expression, Literal, Node, Output, Path, Template

_Base = tuple[str, ...] | None
"""What names are relative to; None when that cannot be told, as inside of `each`."""

_TOP: Final[tuple[str, ...]] = ()


def variables_of(template: Template) -> tuple[str, ...]:
    """Every variable whose place is certain, as a dotted path from the top, each once in order."""
    return tuple(dict.fromkeys(".".join(parts) for parts in _in_nodes(template.body, (_TOP,), frozenset())))


def _in_nodes(nodes: Sequence[Node], bases: tuple[_Base, ...], names: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        if isinstance(node, Output):
            yield from _in_expression(node.expression, bases, names)
        elif isinstance(node, Block):
            for branch in node.branches:
                yield from _in_branch(branch, bases, names)


def _in_branch(branch: Branch, bases: tuple[_Base, ...], names: frozenset[str]) -> Iterator[tuple[str, ...]]:
    subject = branch.subject
    if subject is not None:
        yield from _in_expression(subject, bases, names)
    inner = bases
    if branch.word == "with":
        inner = (*bases, _place(subject, bases, names) if isinstance(subject, Path) else None)
    elif branch.word in ("each", "section"):
        inner = (*bases, None)
    yield from _in_nodes(branch.body, inner, names | set(branch.names))


def _in_expression(
    expression: Expression, bases: tuple[_Base, ...], names: frozenset[str]
) -> Iterator[tuple[str, ...]]:
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from _in_expression(argument, bases, names)
    elif not isinstance(expression, Literal):
        place = _place(expression, bases, names)
        if place:
            yield place


def _place(path: Path, bases: tuple[_Base, ...], names: frozenset[str]) -> _Base:
    if path.data:
        return path.parts[1:] if path.parts[:1] == ("root",) else None
    if path.parts and path.parts[0] in names and not path.own and not path.up:
        return None
    if path.up >= len(bases):
        return None
    base = bases[-1 - path.up]
    return None if base is None else (*base, *path.parts)
