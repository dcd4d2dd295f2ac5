"""Rules about the source that import contracts cannot say; each takes a file's path and text and yields faults."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

Rule = Callable[[PurePosixPath, str], Iterator[str]]

PRIVATE = {"repository", "endpoints", "deps", "tasks", "handlers"}
PUBLIC_FACES = {"service", "events", "types", "schemas", "rows", "models"}
LIMITS = {
    "types": 150, "models": 300, "schemas": 300, "rows": 100, "events": 100, "repository": 300, "queries": 400,
    "service": 400, "deps": 100, "endpoints": 300, "tasks": 200, "handlers": 80,
}  # fmt: skip


def _domain(path: PurePosixPath) -> str | None:
    """`quality.scorecards` for a file below domains/quality/scorecards."""
    parts = path.parts
    if "domains" not in parts:
        return None
    below = parts[parts.index("domains") + 1 : -1]
    return ".".join(below[:2] if below[:1] == ("quality",) else below[:1]) if below else None


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def private_files(path: PurePosixPath, text: str) -> Iterator[str]:
    """From outside a domain only its public files may be imported."""
    own = _domain(path)
    if own is None:
        return
    for line, name in _imports(ast.parse(text)):
        if not name.startswith("assaydesk.domains."):
            continue
        words = name.removeprefix("assaydesk.domains.").split(".")
        size = 2 if words[0] == "quality" else 1
        other, file = ".".join(words[:size]), words[size] if len(words) > size else ""
        if other != own and file in PRIVATE:
            yield f"{path}:{line}: {file}.py of {other} is private"


def commits(path: PurePosixPath, text: str) -> Iterator[str]:
    """A transaction is closed in one file."""
    if path.name == "session.py" and path.parent.name == "db":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if node.func.attr in {"commit", "rollback"} and ("session" in owner or owner in {"s", "db"}):
                yield f"{path}:{node.lineno}: .{node.func.attr}() only in platform/db/session.py"


def routers(path: PurePosixPath, text: str) -> Iterator[str]:
    """A plain router slips past the guard."""
    if path.name in {"routing.py", "app.py"}:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"APIRouter", "FastAPI"}:
            yield f"{path}:{node.lineno}: use platform.http.routing.Router"


def http_exceptions(path: PurePosixPath, text: str) -> Iterator[str]:
    """Errors are named classes of ours."""
    if "platform" in path.parts:
        return
    for line, name in _imports(ast.parse(text)):
        if name.endswith(".HTTPException"):
            yield f"{path}:{line}: raise a DomainError instead of HTTPException"


def environment(path: PurePosixPath, text: str) -> Iterator[str]:
    """Settings are read in one place. Starting a child process passes the environment on."""
    if path.name in {"config.py", "embedded.py", "processes.py"}:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}:
            yield f"{path}:{node.lineno}: read the environment in platform/config.py only"


def sql_in_its_place(path: PurePosixPath, text: str) -> Iterator[str]:
    """Endpoints, jobs and handlers hold no queries."""
    if path.stem not in {"endpoints", "tasks", "handlers"}:
        return
    for line, name in _imports(ast.parse(text)):
        if re.fullmatch(r"sqlalchemy(\.\w+)*\.(select|update|insert|delete|text)", name):
            yield f"{path}:{line}: queries belong to a repository or a service"


def sizes(path: PurePosixPath, text: str) -> Iterator[str]:
    """No file of a domain grows past double its limit."""
    limit = LIMITS.get(path.stem, 400) if _domain(path) else 500
    lines = text.count("\n")
    if lines > 2 * limit:
        yield f"{path}: {lines} lines, at most {2 * limit}"


def unfinished(path: PurePosixPath, text: str) -> Iterator[str]:
    """Nothing is left half done in the product."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"#.*\b(TODO|FIXME|XXX)\b|\bNotImplementedError\b", line):
            yield f"{path}:{number}: unfinished"


RULES: tuple[Rule, ...] = (
    private_files, commits, routers, http_exceptions, environment, sql_in_its_place, sizes, unfinished,
)  # fmt: skip
