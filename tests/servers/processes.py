"""Processes of their own for tests that kill them, started without importing the program anew.

A server process of `multiprocessing` has everything loaded and forks; what it forks is an ordinary process with a PID,
its own connections and its own end by SIGKILL. Importing the program takes seconds, forking milliseconds.
"""

import multiprocessing
import os
import runpy
import sys
from multiprocessing.context import ForkServerProcess
from multiprocessing.process import BaseProcess

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.servers.loaded"])


class Started:
    """A running module, with the part of `subprocess.Popen` that tests need."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid: int = process.pid

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def poll(self) -> int | None:
        """How it ended (negative: by which signal); None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Wait for the end; raises `TimeoutError`."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} still runs")
        return self._process.exitcode


def start_module(module: str, *arguments: object) -> Started:
    """`python -m module arguments`, in a process of its own."""
    process: ForkServerProcess = _CONTEXT.Process(target=_run, args=(module, [str(one) for one in arguments]))
    process.start()
    return Started(process)


def _run(module: str, arguments: list[str]) -> None:
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")
