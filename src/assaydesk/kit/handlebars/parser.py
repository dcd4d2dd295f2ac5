"""Reads a template. The time is proportional to its length; nothing of it is ever run as code.

The language is Handlebars without partials, decorators and raw blocks (ADR 0019).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from re import compile as regex
from typing import Final

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
    TemplateSyntaxError,
    Text,
    UnknownHelper,
)

MOST_DEPTH: Final = 10
MOST_CHARACTERS: Final = 256 * 1024
_MOST_BRANCHES: Final = 100
_BLOCKS: Final = ("if", "unless", "each", "with")
_SPACE: Final = regex(r"\s*")
_NAME: Final = regex(r"[^\s!\"#%-,./;->@\[-\^`{-~]+")
_BRACKETS: Final = regex(r"\[([^\]]*)\]")
_STRING: Final = regex(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'", 16)
_NUMBER: Final = regex(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?=[=~}\s)|])")
_HASH: Final = regex(r"([^\s!\"#%-,./;->@\[-\^`{-~]+)\s*=")
_NAMES: Final = regex(r"as\s*\|([^|]*)\|")
_WORDS: Final = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPES: Final = regex(r"\\([\"'\\])")


@dataclass(frozen=True, slots=True)
class Arity:
    """How many arguments a helper takes; `most` None: any number."""

    least: int
    most: int | None


@dataclass(slots=True)
class _Tag:
    """One pair of braces. `kind`: open, inverse-open, else, close, output, comment. `name` ties a close to its open."""

    kind: str
    at: int
    expression: Expression | None = None
    raw: bool = False
    names: tuple[str, ...] = ()
    word: str = ""
    name: str = ""
    include_zero: bool = False
    strip_left: bool = False
    strip_right: bool = False


@dataclass(slots=True)
class _Open:
    """A block that is being read: its finished branches, and the tag and nodes of the present one."""

    first: _Tag
    tag: _Tag
    branches: list[Branch] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)


def parse(source: str, helpers: Mapping[str, Arity]) -> Template:
    """Read a template that may call these helpers.

    Raises `TemplateSyntaxError`, `UnknownHelper`, `TemplateLimit` (nested too deeply, too long).
    """
    if len(source) > MOST_CHARACTERS:
        raise TemplateLimit("length", f"A template has at most {MOST_CHARACTERS} characters.")
    pieces = _Reader(source, helpers).pieces()
    _strip(pieces)
    return Template(_tree(source, pieces))


def place(source: str, at: int) -> tuple[int, int]:
    """Line and column of a position, from 1."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)


class _Reader:
    def __init__(self, source: str, helpers: Mapping[str, Arity]) -> None:
        self.source = source
        self.helpers = helpers
        self.at = 0

    def pieces(self) -> list[str | _Tag]:
        """Texts and tags, in turns as they come."""
        found: list[str | _Tag] = []
        source, size = self.source, len(self.source)
        while self.at < size:
            left = source.find("{{", self.at)
            if left < 0:
                found.append(source[self.at :])
                break
            if left > self.at and source[left - 1] == "\\":
                if left - 2 >= self.at and source[left - 2] == "\\":
                    found.append(source[self.at : left - 1])
                else:
                    end = source.find("{{", left + 2)
                    end = size if end < 0 else end
                    end = end - 1 if end < size and source[end - 1] == "\\" else end
                    found.append(source[self.at : left - 1] + source[left:end])
                    self.at = end
                    continue
            elif left > self.at:
                found.append(source[self.at : left])
            self.at = left
            found.append(self._tag())
        return found

    def fail(self, message: str, at: int | None = None) -> TemplateSyntaxError:
        return TemplateSyntaxError(message, *place(self.source, self.at if at is None else at))

    def _tag(self) -> _Tag:
        start = self.at
        if self._takes("{{{{"):
            raise self.fail("Raw blocks are not supported.", start)
        triple = self._takes("{{{")
        if not triple:
            self.at += 2
        strip_left = self._takes("~")
        if self._takes("!"):
            tag = self._comment(start)
        else:
            tag = self._content(start, triple=triple)
            self._space()
            tag.strip_right = self._takes("~")
            if not self._takes("}}}" if triple else "}}"):
                raise self.fail("Expected the closing braces." if self.at < len(self.source) else "It is not closed.")
        tag.strip_left = strip_left
        return tag

    def _comment(self, start: int) -> _Tag:
        dashes = self._takes("--")
        end = self.source.find("--", self.at) if dashes else self.source.find("}}", self.at)
        while dashes and end >= 0 and not self.source.startswith(("--}}", "--~}}"), end):
            end = self.source.find("--", end + 1)
        if end < 0:
            raise self.fail("The comment is not closed.", start)
        self.at = end + 2 if dashes else end
        strip = self._takes("~")
        if dashes or strip:
            self.at += 2
        else:
            strip = self.source[end - 1] == "~"
            self.at = end + 2
        return _Tag("comment", start, strip_right=strip)

    def _content(self, start: int, *, triple: bool) -> _Tag:
        self._space()
        if self._takes(">"):
            raise self.fail("Partials are not supported.", start)
        if self._takes("*") or self.source.startswith(("#*", "#>", "#&"), self.at):
            raise self.fail("Decorators and partial blocks are not supported.", start)
        if triple:
            return _Tag("output", start, self._call(0), raw=True)
        if self._takes("#"):
            return self._opening(_Tag("open", start))
        if self._takes("/"):
            self._space()
            return _Tag("close", start, name=self._name_of(self._path()))
        if self._takes("^"):
            self._space()
            if self.source.startswith(("}}", "~}}"), self.at):
                return _Tag("else", start)
            return self._opening(_Tag("inverse-open", start))
        if self._takes("&"):
            return _Tag("output", start, self._call(0), raw=True)
        word = _NAME.match(self.source, self.at)
        if word is not None and word.group() == "else":
            self.at = word.end()
            self._space()
            if self.source.startswith(("}}", "~}}"), self.at):
                return _Tag("else", start)
            return self._opening(_Tag("else", start))
        return _Tag("output", start, self._call(0))

    def _opening(self, tag: _Tag) -> _Tag:
        """What stands after `#`, `^` or `else`: a word of the language with its subject, a helper, or a variable."""
        self._space()
        at = self.at
        path = self._path()
        arguments, named, tag.names = self._arguments(0, names=True)
        name = path.written
        plain = not (path.up or path.own or path.data)
        if plain and name in _BLOCKS:
            if len(arguments) != 1:
                raise self.fail(f"{name} takes one argument.", at)
            tag.word, tag.expression = name, arguments[0]
            zero = named.get("includeZero")
            tag.include_zero = isinstance(zero, Literal) and zero.value is True
        elif arguments or named:
            tag.word, tag.expression = "if", self._checked(name, arguments, named, at)
        else:
            tag.word, tag.expression = "section", path
        if tag.kind == "inverse-open":
            tag.word = {"if": "unless", "unless": "if"}.get(tag.word, "inverted")
        if tag.names and tag.word not in ("each", "with", "section"):
            raise self.fail("Only each and with can name what they hold.", at)
        tag.name = self._name_of(path)
        return tag

    def _call(self, depth: int) -> Expression:
        """What an output or a pair of parentheses holds: a variable, a literal, or a helper with arguments."""
        self._space()
        at = self.at
        literal = self._literal()
        if literal is not None:
            return literal
        if self._peek("("):
            return self._group(depth)
        path = self._path()
        if path.parts in (("true",), ("false",), ("null",), ("undefined",)) and not (path.own or path.up or path.data):
            return Literal(_WORDS[path.parts[0]])
        arguments, named, _ = self._arguments(depth)
        if not arguments and not named:
            return path
        return self._checked(path.written, arguments, named, at)

    def _checked(self, name: str, arguments: tuple[Expression, ...], named: Mapping[str, Expression], at: int) -> Call:
        arity = self.helpers.get(name)
        if arity is None:
            raise UnknownHelper(name, *place(self.source, at))
        count = len(arguments)
        if named:
            raise self.fail(f"{name} takes no named arguments.", at)
        if count < arity.least or (arity.most is not None and count > arity.most):
            most = "or more" if arity.most is None else f"to {arity.most}"
            wanted = str(arity.least) if arity.least == arity.most else f"{arity.least} {most}"
            raise self.fail(f"{name} takes {wanted} arguments.", at)
        return Call(name, arguments, named)

    def _arguments(
        self, depth: int, *, names: bool = False
    ) -> tuple[tuple[Expression, ...], dict[str, Expression], tuple[str, ...]]:
        arguments: list[Expression] = []
        named: dict[str, Expression] = {}
        while True:
            self._space()
            if self.at >= len(self.source) or self.source[self.at] in "})~":
                return tuple(arguments), named, ()
            block = _NAMES.match(self.source, self.at) if names else None
            if block is not None:
                self.at = block.end()
                return tuple(arguments), named, tuple(block.group(1).split())
            key = _HASH.match(self.source, self.at)
            if key is not None:
                self.at = key.end()
                self._space()
                named[key.group(1)] = self._argument(depth)
            elif named:
                raise self.fail("Arguments with a name stand last.")
            else:
                arguments.append(self._argument(depth))

    def _argument(self, depth: int) -> Expression:
        literal = self._literal()
        if literal is not None:
            return literal
        if self._peek("("):
            return self._group(depth)
        path = self._path()
        if path.parts in (("true",), ("false",), ("null",), ("undefined",)) and not (path.own or path.up or path.data):
            return Literal(_WORDS[path.parts[0]])
        return path

    def _group(self, depth: int) -> Expression:
        if depth >= MOST_DEPTH:
            raise TemplateLimit("depth", f"At most {MOST_DEPTH} expressions may stand inside each other.")
        self.at += 1
        inner = self._call(depth + 1)
        self._space()
        if not self._takes(")"):
            raise self.fail("Expected a closing parenthesis.")
        return inner

    def _literal(self) -> Literal | None:
        text = _STRING.match(self.source, self.at)
        if text is not None:
            self.at = text.end()
            return Literal(_ESCAPES.sub(r"\1", text.group(1) if text.group(1) is not None else text.group(2)))
        number = _NUMBER.match(self.source, self.at)
        if number is not None:
            self.at = number.end()
            return Literal(float(number.group()) if "." in number.group() else int(number.group()))
        return None

    def _path(self) -> Path:
        data = self._takes("@")
        up, own, parts = 0, False, []
        while self.source.startswith("..", self.at):
            self.at += 2
            up += 1
            if not self._takes("/"):
                return Path((), up, own=True, data=data)
        if self._takes("./"):
            own = True
        elif self._takes("."):
            return Path((), up, own=True, data=data)
        while True:
            part = self._part()
            if part is None:
                raise self.fail("Expected a name.")
            parts.append(part)
            if not (self._takes(".") or self._takes("/")):
                break
        if parts[0] == "this" and not data:
            parts, own = parts[1:], True
        return Path(tuple(parts), up, own=own, data=data)

    def _part(self) -> str | None:
        brackets = _BRACKETS.match(self.source, self.at)
        if brackets is not None:
            self.at = brackets.end()
            return brackets.group(1)
        name = _NAME.match(self.source, self.at)
        if name is None:
            return None
        self.at = name.end()
        return name.group()

    @staticmethod
    def _name_of(path: Path) -> str:
        return "." * path.up + path.written

    def _space(self) -> None:
        found = _SPACE.match(self.source, self.at)
        if found is not None:
            self.at = found.end()

    def _peek(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def _takes(self, text: str) -> bool:
        if not self._peek(text):
            return False
        self.at += len(text)
        return True


def _strip(pieces: list[str | _Tag]) -> None:
    """Take away the space beside `~`, and the lines that hold nothing but a tag that prints nothing."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    last = len(pieces) - 1
    for index, tag in enumerate(pieces):
        if isinstance(tag, str):
            continue
        left = pieces[index - 1] if index > 0 else ""
        right = pieces[index + 1] if index < last else ""
        if tag.kind != "output" and isinstance(left, str) and isinstance(right, str):
            line_start, line_end = left.rfind("\n") + 1, right.find("\n") + 1
            begins = (line_start > 0 or index <= 1) and not left[line_start:].strip()
            closes = (line_end > 0 or index >= last - 1) and not right[: line_end or None].strip()
            if begins and closes:
                ends[index - 1] = line_start
                starts[index + 1] = line_end or len(right)
        if tag.strip_left and isinstance(left, str):
            ends[index - 1] = len(left.rstrip())
        if tag.strip_right and isinstance(right, str):
            starts[index + 1] = len(right) - len(right.lstrip())
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            pieces[index] = piece[starts.get(index, 0) : ends.get(index, len(piece))]


def _tree(source: str, pieces: list[str | _Tag]) -> tuple[Node, ...]:
    top: list[Node] = []
    stack: list[_Open] = []
    for piece in pieces:
        body = stack[-1].body if stack else top
        if isinstance(piece, str):
            if piece:
                body.append(Text(piece))
        elif piece.kind == "output" and piece.expression is not None:
            body.append(Output(piece.expression, piece.raw))
        elif piece.kind in ("open", "inverse-open"):
            if len(stack) >= MOST_DEPTH:
                raise TemplateLimit("depth", f"At most {MOST_DEPTH} blocks may stand inside each other.")
            stack.append(_Open(piece, piece))
        elif piece.kind == "else":
            _other_branch(source, stack, piece)
        elif piece.kind == "close":
            opened = _closed(source, stack, piece)
            (stack[-1].body if stack else top).append(opened)
    if stack:
        raise TemplateSyntaxError(f"{stack[-1].first.name} is not closed.", *place(source, stack[-1].first.at))
    return tuple(top)


def _other_branch(source: str, stack: list[_Open], tag: _Tag) -> None:
    if not stack or (stack[-1].tag.kind == "else" and not stack[-1].tag.word):
        raise TemplateSyntaxError("This else belongs to no block.", *place(source, tag.at))
    opened = stack[-1]
    if len(opened.branches) >= _MOST_BRANCHES:
        raise TemplateLimit("depth", f"A block has at most {_MOST_BRANCHES} branches.")
    opened.branches.append(_branch(opened))
    opened.tag, opened.body = tag, []


def _closed(source: str, stack: list[_Open], tag: _Tag) -> Block:
    if not stack:
        raise TemplateSyntaxError(f"{tag.name} is closed but was not opened.", *place(source, tag.at))
    opened = stack.pop()
    if opened.first.name != tag.name:
        message = f"{opened.first.name} is open, but {tag.name} is closed."
        raise TemplateSyntaxError(message, *place(source, tag.at))
    opened.branches.append(_branch(opened))
    return Block(tuple(opened.branches))


def _branch(opened: _Open) -> Branch:
    tag = opened.tag
    return Branch(tag.word or "else", tag.expression, tag.names, tag.include_zero, tuple(opened.body))
