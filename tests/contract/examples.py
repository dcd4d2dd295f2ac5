"""The documented examples, beside the checkout."""

import json
from pathlib import Path
from typing import Any


def example(shared_spec: Path, name: str) -> Any:
    """The JSON of `examples/<name>.json`."""
    return json.loads((shared_spec / "examples" / f"{name}.json").read_text())
