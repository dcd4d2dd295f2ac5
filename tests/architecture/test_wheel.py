"""The wheel holds the web interface, or does without it when that is asked for."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _wheel(target: Path, **environment: str) -> set[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = target.glob("*.whl")
    return set(zipfile.ZipFile(file).namelist())


def _is_built() -> bool:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import build_ui
    finally:
        sys.path.pop(0)
    stamp = ROOT / "src" / "assaydesk" / "ui" / ".sources"
    return stamp.is_file() and stamp.read_text() == build_ui.fingerprint(ROOT)


def test_without_the_interface_nothing_of_it_is_packed(tmp_path: Path) -> None:
    names = _wheel(tmp_path, ASSAYDESK_SKIP_UI="1")
    assert [name for name in names if name.startswith("assaydesk/ui/")] == []
    assert {"assaydesk/openapi.json", "assaydesk/app.py"} <= names


def test_the_interface_is_packed(tmp_path: Path) -> None:
    if not _is_built():
        pytest.skip("the web interface is not built: python scripts/build_ui.py")
    names = _wheel(tmp_path, ASSAYDESK_SKIP_UI="")
    assert "assaydesk/ui/index.html" in names
    assert [name for name in names if name.startswith("assaydesk/ui/assets/InboxPage-")]
    assert [name for name in names if "node_modules" in name or "axe" in name.rpartition("/")[2]] == []
