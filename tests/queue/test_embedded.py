"""The embedded server: joined by several, stopped by the last, started again after a kill."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from assaydesk.platform.db.embedded import DatabaseUnreachable, EmbeddedPostgres


def _eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _answers(embedded: EmbeddedPostgres) -> bool:
    try:
        with psycopg.connect(embedded.url, connect_timeout=2) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _pid(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def _gone(pid: int) -> bool:
    """Ended; in a container nobody may have collected the exit code yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "a folder with blanks" / ("and a long name " * 5).strip()
    yield folder
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(_pid(folder), signal.SIGKILL)


def test_given_two_users_the_last_one_stops_the_server(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder, fsync=False), EmbeddedPostgres(folder, fsync=False)
    first.start()
    second.start()
    pid = _pid(folder)
    first.stop()
    assert _answers(second)
    assert _pid(folder) == pid
    second.stop()
    assert _gone(pid)
    assert not _answers(second)
    assert not second.socket_dir.exists(), "nothing is left outside the data folder"


def test_given_a_killed_user_its_share_is_forgotten(folder: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from assaydesk.platform.db.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), fsync=False).start()\nprint('up', flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "up"
        pid = _pid(folder)
        other.kill()
    mine = EmbeddedPostgres(folder, fsync=False)
    mine.start()
    assert _pid(folder) == pid, "the orphaned server is joined, not started again"
    mine.stop()
    assert _gone(pid)


def test_given_a_killed_server_it_is_started_again_with_its_data(folder: Path) -> None:
    embedded = EmbeddedPostgres(folder)
    embedded.start()
    embedded.watch(0.1)
    try:
        with psycopg.connect(embedded.url) as connection:
            connection.execute("create table kept (n int)")
            connection.execute("insert into kept values (7)")
        pid = _pid(folder)
        os.kill(pid, signal.SIGKILL)
        _eventually(lambda: _gone(pid))
        _eventually(lambda: _answers(embedded))
        with psycopg.connect(embedded.url) as connection:
            assert connection.execute("select n from kept").fetchone() == (7,)
    finally:
        embedded.stop()


def test_given_a_half_made_cluster_the_start_makes_it_anew(folder: Path) -> None:
    (folder / "postgres.new" / "base").mkdir(parents=True)
    embedded = EmbeddedPostgres(folder, fsync=False)
    embedded.start()
    assert _answers(embedded)
    embedded.stop()


def test_given_a_path_that_is_a_file_the_error_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnreachable, match=r"data folder .* is not writable") as failure:
        EmbeddedPostgres(tmp_path / "file" / "data").start()
    assert "\n" not in str(failure.value)
