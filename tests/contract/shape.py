"""Comparison of an answer with a documented example: keys and JSON types, never values."""

from collections.abc import Collection
from typing import Any


def kind_of(value: Any) -> str:
    """The JSON type of a value; whole and broken numbers are one type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "string", list: "array", dict: "object"}[type(value)]


def shape_faults(
    example: Any, actual: Any, *, path: str = "", leave_out: Collection[str] = (), free: Collection[str] = ()
) -> list[str]:
    """What `actual` lacks or has otherwise. Further keys are allowed, and null in either place says nothing.

    `leave_out`: paths that the answer does not have (`agent.password`). `free`: paths whose contents are not compared.
    List positions are left out of paths; every element of the answer is compared with the first of the example.
    """
    if path in leave_out or example is None or actual is None:
        return []
    if kind_of(example) != kind_of(actual):
        return [f"{path or '(root)'}: {kind_of(actual)} in place of {kind_of(example)}"]
    if path in free:
        return []
    faults: list[str] = []
    if isinstance(example, dict):
        for key, value in example.items():
            inner = f"{path}.{key}".lstrip(".")
            if inner in leave_out:
                continue
            if key not in actual:
                faults.append(f"{inner}: missing")
            else:
                faults += shape_faults(value, actual[key], path=inner, leave_out=leave_out, free=free)
    elif isinstance(example, list) and example:
        for item in actual:
            faults += shape_faults(example[0], item, path=path, leave_out=leave_out, free=free)
    return faults


def assert_same_shape(
    example: Any, actual: Any, *, leave_out: Collection[str] = (), free: Collection[str] = ()
) -> None:
    """Every key of the example, with the same JSON type."""
    faults = shape_faults(example, actual, leave_out=leave_out, free=free)
    assert not faults, "\n".join(faults)
