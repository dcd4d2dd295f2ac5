"""The command line as an operator meets it: real processes, exit codes, one clear line when something is wrong."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

COMMANDS = ("demo", "up", "serve", "worker", "migrate", "import", "assess", "credentials", "token", "openapi", "config")


def run(*arguments: str, data: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    given = os.environ | {"ASSAYDESK_EMBEDDING": "hashed", "ASSAYDESK_DATABASE_FSYNC": "false", "COLUMNS": "200"}
    if data is not None:
        given |= {"ASSAYDESK_DATA_DIR": str(data)}
    return subprocess.run(
        [sys.executable, "-m", "assaydesk", *arguments],
        env=given | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(port: int, path: str, token: str | None = None, body: object = None) -> tuple[int, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as failure:
        return failure.code, json.load(failure)


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The error of a failed command: one line, no traceback."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert result.returncode != 0
    assert len(lines) == 1, result.stderr
    return lines[0]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated data folder, made once for the commands of this file."""
    folder = tmp_path_factory.mktemp("instance")
    result = run("migrate", data=folder)
    assert result.returncode == 0, result.stderr
    assert "admin@assaydesk.local" in result.stdout
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.returncode == 0
    assert "Example:" in result.stdout


def test_the_program_itself_has_help() -> None:
    assert "Example:" in run("--help").stdout


@pytest.mark.parametrize("command", ["conversations", "scorecard"])
def test_every_import_has_help(command: str) -> None:
    assert "Example:" in run("import", command, "--help").stdout


def test_migrate_twice_changes_nothing_and_names_no_password_again(data: Path) -> None:
    again = run("migrate", data=data)
    assert again.returncode == 0
    assert "password" not in again.stdout


def test_credentials_are_private_and_complete(data: Path) -> None:
    lines = run("credentials", data=data).stdout.splitlines()
    assert len(lines) == 1
    email, password, role = re.split(r"\s{2,}", lines[0])
    assert (email, role) == ("admin@assaydesk.local", "Admin")
    assert len(password) >= 12
    assert (data / "credentials.json").stat().st_mode & 0o777 == 0o600


def test_token_prints_a_token_and_nothing_else(data: Path) -> None:
    result = run("token", "--user", "admin@assaydesk.local", data=data)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", result.stdout)
    assert result.stderr == ""
    assert "account_unknown" in one_line(run("token", "--user", "nobody@desk.example", data=data))


def test_config_masks_secrets() -> None:
    result = run("config", "--json", ASSAYDESK_LLM_KEY="very-secret", ASSAYDESK_PORT="8777")
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["ASSAYDESK_PORT"]["value"] == "8777"
    assert rows["ASSAYDESK_PORT"]["source"] == "set"
    assert rows["ASSAYDESK_LLM_KEY"]["value"] == "********"
    assert "very-secret" not in run("config", ASSAYDESK_LLM_KEY="very-secret").stdout


def test_the_database_is_needed_and_named_when_it_cannot_be_reached(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    assert "cannot be reached" in one_line(run("migrate", data=tmp_path, ASSAYDESK_DATABASE_URL=url))
    assert "cannot be reached" in one_line(run("assess", data=tmp_path, ASSAYDESK_DATABASE_URL=url))


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "not writable" in one_line(run("migrate", data=tmp_path / "file" / "data"))


def test_an_empty_database_asks_for_migrate(tmp_path: Path) -> None:
    assert "assaydesk migrate" in one_line(run("token", "--user", "admin@assaydesk.local", data=tmp_path))


def test_an_import_into_an_empty_folder_founds_the_instance(tmp_path: Path) -> None:
    file = tmp_path / "chats.jsonl"
    file.write_text(json.dumps({"id": 1, "messages": [{"role": "agent", "text": "Hello."}]}))
    result = run("import", "conversations", str(file), data=tmp_path / "data")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("1 conversations imported")
    assert "admin@assaydesk.local" in run("credentials", data=tmp_path / "data").stdout
    again = run("import", "conversations", str(file), data=tmp_path / "data")
    assert again.stderr == ""
    assert again.stdout.startswith("0 conversations imported, 1 already there")


def test_a_taken_port_is_named_before_anything_starts(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port}" in one_line(run("serve", "--port", port, data=data))
        assert f"port {port}" in one_line(run("up", "--port", port, data=data))


def test_a_missing_file_and_a_wrong_report_are_named(data: Path, tmp_path: Path) -> None:
    assert "missing.jsonl" in one_line(run("import", "conversations", str(tmp_path / "missing.jsonl"), data=data))
    assert "is no file" in one_line(run("import", "conversations", str(tmp_path), data=data))
    assert ".csv, .json or .html" in one_line(run("assess", "--out", str(tmp_path / "report.pdf"), data=data))
    assert "no folder" in one_line(run("assess", "--out", str(tmp_path / "none" / "report.csv"), data=data))
    assert "no date" in one_line(run("assess", "--since", "yesterday-ish", data=data))


def test_a_broken_line_is_named_with_its_number_and_the_rest_is_imported(data: Path, tmp_path: Path) -> None:
    good = {
        "id": "c-1", "channel": "chat",
        "messages": [{"role": "customer", "text": "Hello?"}, {"role": "agent", "text": "Hello, how can I help?"}],
    }  # fmt: skip
    file = tmp_path / "chats.jsonl"
    file.write_text("\n".join([json.dumps(good), "{broken", json.dumps(good | {"id": "c-2"})]) + "\n")
    first = run("import", "conversations", str(file), "--from", "jsonl", data=data)
    assert first.returncode == 1
    assert "line 2" in first.stderr.lower()
    assert first.stdout.startswith("2 conversations imported")
    again = run("import", "conversations", str(file), "--from", "jsonl", data=data)
    assert again.stdout.startswith("0 conversations imported, 2 already there")


def test_assess_with_nothing_to_do_is_no_failure(data: Path) -> None:
    result = run("assess", data=data)
    assert result.returncode == 0, result.stderr
    verified = run("assess", "--verify", data=data)
    assert verified.returncode == 0, verified.stderr


def test_assess_names_each_failure_once_and_tries_again_at_once(data: Path, tmp_path: Path) -> None:
    card = Path(__file__).parents[2] / "examples/scorecards/courtesy-clarity-en.json"
    assert run("import", "scorecard", str(card), data=data).returncode == 0
    file = tmp_path / "chats.jsonl"
    talk = [{"role": "customer", "text": "Hello?"}, {"role": "agent", "text": "Hello, how can I help?"}]
    file.write_text(json.dumps({"id": "failing", "messages": talk}))
    assert run("import", "conversations", str(file), data=data).returncode == 0
    closed = {"ASSAYDESK_LLM_URL": f"http://127.0.0.1:{free_port()}/v1", "ASSAYDESK_LLM_MODEL": "none"}
    for _ in range(2):
        result = run("assess", data=data, **closed)
        assert result.returncode == 1
        lines = result.stderr.splitlines()
        assert lines
        assert all(re.fullmatch(r"assessment \d+ failed: .* could not be reached .*", line) for line in lines)
    assert "unprocessed" in result.stdout
    mended = run("assess", data=data)
    assert mended.returncode == 0, mended.stderr
    assert "unprocessed" not in mended.stdout


@contextlib.contextmanager
def started(*arguments: str, data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "assaydesk", *arguments, "--port", str(port)],
        env=os.environ | {
            "ASSAYDESK_DATA_DIR": str(data), "ASSAYDESK_EMBEDDING": "hashed", "ASSAYDESK_DATABASE_FSYNC": "false"
        },
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                if call(port, "/api/mind/health")[0] == 200:
                    break
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_serves_works_and_ends_everything_it_started(data: Path, number: signal.Signals) -> None:
    port = free_port()
    with started("up", data=data, port=port) as process:
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        database = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        token = run("token", "--user", "admin@assaydesk.local", data=data).stdout.strip()
        status, profile = call(port, "/api/mind/profile", token)
        assert status == 200, profile
        assert "qualityManageScorecards" in profile["permissions"]
        assert _alive(database), "the other command has left the server running"
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 0
        assert len(children) >= 2
        assert not [pid for pid in [*children, database] if _alive(pid)]


def test_up_starts_a_killed_child_again(data: Path) -> None:
    port = free_port()
    with started("up", data=data, port=port) as process:
        serving = next(child for child in psutil.Process(process.pid).children() if "serve" in child.cmdline())
        serving.kill()
        deadline = time.monotonic() + 40
        answered = False
        while not answered and time.monotonic() < deadline:
            time.sleep(0.2)
            with contextlib.suppress(OSError):
                answered = call(port, "/api/mind/health")[0] == 200
        assert answered
