"""Programs of Debian that the tests need, installed when root runs the tests on a machine without them."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path


def find_or_install(name: str, look: Callable[[], str | None], packages: Sequence[str]) -> tuple[str | None, str]:
    """The program that `look` finds, or None and why there is none. One process at a time installs."""
    found = look()
    if found is not None:
        return found, ""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None, f"{name} is not installed (Debian: {', '.join(packages)}), and only root could install it"
    with Path(tempfile.gettempdir(), "assaydesk-packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if look() is None:
            options = ["-o", "DPkg::Lock::Timeout=300", "-y", "-qq", "--no-install-recommends"]
            done = _run("install", *options, *packages)
            if done.returncode:  # Perhaps the lists of packages are older than the packages.
                _run("update", "-qq")
                done = _run("install", *options, *packages)
            if done.returncode:
                return None, f"{name} could not be installed: {done.stderr.decode(errors='replace')[-300:]}"
    found = look()
    return found, "" if found else f"{name} is not where it should be after its installation"


def _run(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, timeout=600)
