"""What a template consists of, and what can be wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


class TemplateError(Exception):
    """Base of all faults. `message` is a sentence for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TemplateSyntaxError(TemplateError):
    """The text is no template. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class UnknownHelper(TemplateError):
    """The template calls a helper that does not exist."""

    def __init__(self, name: str, line: int, column: int) -> None:
        super().__init__(f"There is no helper {name}.")
        self.name = name
        self.line = line
        self.column = column


class TemplateLimit(TemplateError):
    """A limit was exceeded. `limit`: time, output, depth, iterations or length."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """A variable. `up`: levels to climb; `own`: begins with `this` or `./`; `data`: one of `@index`, `@root` ..."""

    parts: tuple[str, ...]
    up: int = 0
    own: bool = False
    data: bool = False

    @property
    def written(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A helper with its arguments."""

    name: str
    arguments: tuple["Expression", ...]
    named: Mapping[str, "Expression"]


Expression: TypeAlias = Literal | Path | Call


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Output:
    """`{{expression}}`; `raw` for three braces."""

    expression: Expression
    raw: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """One way through a block. `word`: if, unless, each, with, section, inverted or else."""

    word: str
    subject: Expression | None
    names: tuple[str, ...]
    include_zero: bool
    body: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The first branch that applies is taken."""

    branches: tuple[Branch, ...]


Node: TypeAlias = Text | Output | Block


@dataclass(frozen=True, slots=True)
class Template:
    body: tuple[Node, ...]
