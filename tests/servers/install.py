"""Installs what the tests need beside Python, one thing after the other: `python -m tests.servers.install`.

As root on Debian; elsewhere the tests that need it are skipped and say why.
"""

from tests.servers.chromium import find_chromium
from tests.servers.imap_server import find_dovecot


def main() -> None:
    for name, find in (("Dovecot", find_dovecot), ("Chromium", find_chromium)):
        program, reason = find()
        print(f"{name}: {program or reason}", flush=True)


if __name__ == "__main__":
    main()
