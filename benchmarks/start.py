"""Start of `serve` to healthy on a migrated database, and its memory; beside a bare web application in the same run.

Bars (design): at most 4 s, at most 220 MB a process without the embedding model.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from assaydesk.platform.db.embedded import EmbeddedPostgres

BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/api/mind/health")
async def health(): return {"status": "ok"}
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""
ROUNDS = 3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(command: list[str], port: int, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until the first 200, and MB of resident memory after twenty requests."""
    url = f"http://127.0.0.1:{port}/api/mind/health"
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment)
    try:
        while True:
            try:
                with urllib.request.urlopen(url, timeout=1) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("the process ended early") from None
                time.sleep(0.02)
        seconds = time.perf_counter() - started
        for _ in range(20):
            urllib.request.urlopen(url, timeout=5).close()
        return seconds, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = EmbeddedPostgres(data)
        server.start()
        environment = os.environ | {"ASSAYDESK_DATA_DIR": str(data), "ASSAYDESK_LOG_LEVEL": "error"}
        try:
            subprocess.run(
                [sys.executable, "-m", "assaydesk", "migrate"], env=environment, check=True, capture_output=True
            )
            ours, bare = [], []
            for _ in range(ROUNDS):
                port = free_port()
                ours.append(
                    measure([sys.executable, "-m", "assaydesk", "serve", "--port", str(port)], port, environment)
                )
                port = free_port()
                bare.append(measure([sys.executable, "-c", BARE, str(port)], port, environment))
        finally:
            server.stop()
    our_seconds, our_memory = min(one[0] for one in ours), max(one[1] for one in ours)
    bare_seconds, bare_memory = min(one[0] for one in bare), max(one[1] for one in bare)
    print(
        f"start to healthy: {our_seconds:.2f} s (bar 4 s); bare application {bare_seconds:.2f} s; "
        f"ratio {our_seconds / bare_seconds:.2f}"
    )
    print(
        f"resident memory:  {our_memory:.0f} MB (bar 220 MB); bare application {bare_memory:.0f} MB; "
        f"ratio {our_memory / bare_memory:.2f}"
    )


if __name__ == "__main__":
    main()
