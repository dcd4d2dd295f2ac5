"""The tree of tags: parents, depth, order (tags.md 1)."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Final, TypeVar

Node = TypeVar("Node", bound=Hashable)

MAX_DEPTH: Final = 6
"""A root has depth 1."""


def depth_of(tag: Node | None, parents: Mapping[Node, Node | None]) -> int:
    """How many tags lie on the way from the root to `tag`, itself included; 0 for no tag."""
    depth, seen = 0, set()
    while tag is not None and tag not in seen:
        seen.add(tag)
        depth += 1
        tag = parents.get(tag)
    return depth


def below(tags: Iterable[Node], parents: Mapping[Node, Node | None]) -> set[Node]:
    """These tags and everything under them."""
    children: dict[Node, list[Node]] = {}
    for tag, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(tag)
    found: set[Node] = set()
    waiting = list(tags)
    while waiting:
        tag = waiting.pop()
        if tag not in found:
            found.add(tag)
            waiting.extend(children.get(tag, ()))
    return found


def height_of(tag: Node, parents: Mapping[Node, Node | None]) -> int:
    """How many levels the part of the tree under `tag` has, its own included."""
    return max(depth_of(node, parents) for node in below([tag], parents)) - depth_of(tag, parents) + 1


def refuse_parent(tag: Node | None, parent: Node | None, parents: Mapping[Node, Node | None]) -> str | None:
    """Why `tag` (None: one to be made) may not stand under `parent`, or None when it may.

    `cycle`: the parent lies under the tag itself; `depth`: a branch would be longer than `MAX_DEPTH`.
    """
    if parent is None:
        return None
    if tag is not None and parent in below([tag], parents):
        return "cycle"
    height = 1 if tag is None else height_of(tag, parents)
    return "depth" if depth_of(parent, parents) + height > MAX_DEPTH else None


def roots_and_children(
    shown: Collection[Node], parents: Mapping[Node, Node | None]
) -> tuple[list[Node], dict[Node, list[Node]]]:
    """The forest of the tags that are shown, in the order in which they come.

    A tag whose parent is not shown stands under its next ancestor that is, or becomes a root.
    """
    visible = set(shown)
    roots: list[Node] = []
    children: dict[Node, list[Node]] = {tag: [] for tag in shown}
    for tag in shown:
        ancestor, seen = parents.get(tag), {tag}
        while ancestor is not None and ancestor not in visible and ancestor not in seen:
            seen.add(ancestor)
            ancestor = parents.get(ancestor)
        if ancestor is None or ancestor in seen:
            roots.append(tag)
        else:
            children[ancestor].append(tag)
    return roots, children
