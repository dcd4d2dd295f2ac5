"""The process tree of `up` and `demo`: one parent with the database, and the children that serve and work."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import structlog

from assaydesk.cli.instance import CommandFailed
from assaydesk.platform.config import Config

log = structlog.get_logger("processes")

STOP_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


def check_port(config: Config) -> None:
    """Raise `CommandFailed` when the address is taken, before anything is started."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as failure:
            raise CommandFailed(
                f"Cannot listen on {config.host} port {config.port}: {failure.strerror}. Choose another with --port."
            ) from failure


def _die_with_parent() -> None:
    """Have the kernel end a child whose parent was killed, so that no server is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """Child processes that run until they are stopped; one that ends by itself is started again."""

    def __init__(self, config: Config, url: str, more: dict[str, str] | None = None) -> None:
        self._environment = (
            os.environ
            | (more or {})
            | {
                "ASSAYDESK_DATA_DIR": str(config.data_path),
                "ASSAYDESK_HOST": config.host,
                "ASSAYDESK_PORT": str(config.port),
                "ASSAYDESK_LOG_LEVEL": config.log_level,
            }
        )
        if config.database_url is None:
            self._environment["ASSAYDESK_DATABASE_URL"] = url
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()

    def start(self, *names: str) -> None:
        for name in names:
            self._launch(name)
        threading.Thread(target=self._supervise, daemon=True, name="supervisor").start()

    def _launch(self, name: str) -> None:
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "assaydesk", *name.split()],
            env=self._environment,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def _supervise(self) -> None:
        quick_failures: dict[str, int] = {}
        started = dict.fromkeys(self._running, time.monotonic())
        while not self._stopping.wait(0.5):
            for name, process in list(self._running.items()):
                code = process.poll()
                if code is None or self._stopping.is_set():
                    continue
                lived = time.monotonic() - started[name]
                quick_failures[name] = quick_failures.get(name, 0) + 1 if lived < 10 else 0
                log.warning("process_restarted", process=name, exit_code=code)
                self._stopping.wait(min(30.0, 2.0 ** quick_failures[name] - 1))
                if not self._stopping.is_set():
                    self._launch(name)
                    started[name] = time.monotonic()

    def stop(self) -> None:
        """Ask all to finish, and end those that do not within the time."""
        self._stopping.set()
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Stop:
    """Set by Ctrl-C and SIGTERM."""

    def __init__(self, signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)) -> None:
        self.event = threading.Event()
        for number in signals:
            signal.signal(number, lambda *_: self.event.set())

    def wait(self, seconds: float | None = None) -> bool:
        """True once it was asked to stop."""
        return self.event.wait(seconds)
