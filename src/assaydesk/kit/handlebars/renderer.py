"""Renders a template that was read, within limits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import thread_time
from typing import Any, Final

from assaydesk.kit.handlebars.functions import FUNCTIONS, Locale
from assaydesk.kit.handlebars.nodes import (
    Block,
    Branch,
    Call,
    Expression,
    Literal,
    Node,
    Output,
    Path,
    Template,
    TemplateLimit,
    Text,
)
from assaydesk.kit.handlebars.values import MISSING, escaped, is_empty, is_list, is_nothing, member, text_of


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendering may use."""

    seconds: float = 0.2
    output_bytes: int = 256 * 1024
    iterations: int = 1000


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Rendered:
    """`missing`: variables that should have been printed and had no value, in order."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What names mean in one place: `this`, the data of the loop, and the names that the block gave."""

    this: Any
    data: Mapping[str, Any]
    names: Mapping[str, Any]
    outer: "_Frame | None" = None


def render(
    template: Template,
    variables: Mapping[str, Any],
    *,
    locale: Locale,
    html: bool = True,
    limits: Limits = LIMITS,
    clock: Callable[[], float] = thread_time,
) -> Rendered:
    """Fill in the variables. `html` False: nothing is escaped, for subjects.

    Raises `TemplateLimit`. What has no value prints nothing; helpers never fail.
    """
    run = _Run(variables, locale, html, limits, clock)
    run.write(template.body, _Frame(variables, {}, {}))
    return Rendered("".join(run.pieces), tuple(dict.fromkeys(run.missing)))


class _Run:
    def __init__(
        self, root: Mapping[str, Any], locale: Locale, html: bool, limits: Limits, clock: Callable[[], float]
    ) -> None:
        self.root = root
        self.locale = locale
        self.html = html
        self.limits = limits
        self.clock = clock
        self.deadline = clock() + limits.seconds
        self.pieces: list[str] = []
        self.size = 0
        self.iterations = 0
        self.missing: list[str] = []

    def write(self, body: Sequence[Node], frame: _Frame) -> None:
        for node in body:
            self.check_time()
            if isinstance(node, Text):
                self.put(node.value)
            elif isinstance(node, Output):
                text = self.sized(self.value(node.expression, frame, printed=True))
                self.put(text if node.raw or not self.html else escaped(text))
            else:
                self.block(node, frame)

    def put(self, text: str) -> None:
        self.size += len(text.encode("utf-8", "replace"))
        if self.size > self.limits.output_bytes:
            raise TemplateLimit("output", f"The text has more than {self.limits.output_bytes // 1024} KiB.")
        self.pieces.append(text)

    def sized(self, value: Any) -> str:
        """A value as text; lists are checked before they are joined."""
        if is_list(value) and len(value) > self.limits.output_bytes:
            raise TemplateLimit("output", f"The text has more than {self.limits.output_bytes // 1024} KiB.")
        return text_of(value)

    def check_time(self) -> None:
        if self.clock() > self.deadline:
            raise TemplateLimit("time", f"It took more than {round(self.limits.seconds * 1000)} ms.")

    def block(self, block: Block, frame: _Frame) -> None:
        for branch in block.branches:
            if self.branch(branch, frame):
                return

    def branch(self, branch: Branch, frame: _Frame) -> bool:
        """Write the branch when it applies; answers whether it did."""
        if branch.subject is None:
            self.write(branch.body, frame)
            return True
        value = self.value(branch.subject, frame)
        word = branch.word
        if word == "section":
            word = "each" if is_list(value) else "if" if value is True else "section"
        if word in ("if", "unless"):
            zero = branch.include_zero and isinstance(value, int | float) and not isinstance(value, bool)
            if is_empty(value) is (word == "if") and not (zero and word == "if"):
                return False
            if zero and word == "unless":
                return False
            self.write(branch.body, frame)
            return True
        if word == "each":
            return self.each(branch, value, frame)
        # Handlebars lets a zero open a section, though it is no yes for `if`.
        nothing = is_empty(value) and (isinstance(value, bool) or not isinstance(value, int | float))
        if word == "inverted":
            if not nothing:
                return False
            self.write(branch.body, frame)
            return True
        if nothing:
            return False
        names = {branch.names[0]: value} if branch.names else {}
        self.write(branch.body, _Frame(value, frame.data, {**frame.names, **names}, frame))
        return True

    def each(self, branch: Branch, value: Any, frame: _Frame) -> bool:
        if isinstance(value, Mapping):
            items: list[tuple[Any, Any]] = [(str(key), item) for key, item in value.items()]
        elif is_list(value):
            items = list(enumerate(value))
        else:
            return False
        for index, (key, item) in enumerate(items):
            self.iterations += 1
            if self.iterations > self.limits.iterations:
                raise TemplateLimit("iterations", f"At most {self.limits.iterations} rounds are made.")
            data = {"index": index, "key": key, "first": index == 0, "last": index == len(items) - 1}
            names = dict(zip(branch.names, (item, key), strict=False))
            self.write(branch.body, _Frame(item, data, {**frame.names, **names}, frame))
        return bool(items)

    def value(self, expression: Expression, frame: _Frame, *, printed: bool = False) -> Any:
        if isinstance(expression, Literal):
            return expression.value
        if isinstance(expression, Path):
            found = self.look_up(expression, frame)
            if printed and is_nothing(found) and expression.parts:
                self.missing.append(expression.written)
            return found
        return self.call(expression, frame, printed=printed)

    def call(self, call: Call, frame: _Frame, *, printed: bool) -> Any:
        function = FUNCTIONS[call.name]
        printed = printed and not function.decides
        values = [self.value(argument, frame, printed=printed) for argument in call.arguments]
        self.check_time()
        found = function.run(self.locale, *(None if value is MISSING else value for value in values))
        if isinstance(found, str) and len(found) > self.limits.output_bytes:
            raise TemplateLimit("output", f"The text has more than {self.limits.output_bytes // 1024} KiB.")
        return found

    def look_up(self, path: Path, frame: _Frame) -> Any:
        place: _Frame | None = frame
        for _ in range(path.up):
            place = place.outer if place is not None else None
        if place is None:
            return MISSING
        parts = path.parts
        if path.data:
            if not parts:
                return MISSING
            value = self.root if parts[0] == "root" else self.data(parts[0], place)
            parts = parts[1:]
        elif parts and not path.own and not path.up and parts[0] in place.names:
            value, parts = place.names[parts[0]], parts[1:]
        else:
            value = place.this
        for part in parts:
            value = member(value, part)
        return value

    @staticmethod
    def data(name: str, frame: _Frame) -> Any:
        return frame.data.get(name, MISSING)
