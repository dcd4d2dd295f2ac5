"""Where the browser of the tests is: Debian's chromium, installed when root runs the tests on a machine without it."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> tuple[str | None, str]:
    """The program, or None and why there is none."""
    found = _program()
    if found is not None:
        return found, ""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None, "Chromium is not installed (package chromium), and only root could install it"
    with Path(tempfile.gettempdir(), "assaydesk-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _program() is None:
            quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True, "timeout": 600}
            install = [
                "apt-get",
                "-o",
                "DPkg::Lock::Timeout=300",
                "install",
                "-y",
                "-qq",
                "--no-install-recommends",
                "chromium",
            ]
            if subprocess.run(install, **quiet).returncode:  # type: ignore[call-overload]
                subprocess.run(["apt-get", "update", "-qq"], **quiet)  # type: ignore[call-overload]
                done = subprocess.run(install, **quiet)  # type: ignore[call-overload]
                if done.returncode:
                    return None, f"Chromium could not be installed: {done.stderr.decode(errors='replace')[-300:]}"
    found = _program()
    return found, "" if found else "Chromium is not where it should be after its installation"


def _program() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)
