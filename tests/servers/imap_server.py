"""A real IMAP server: Debian's Dovecot, as an unprivileged process of its own on 127.0.0.1 in a temporary folder.

    with ImapServer(find_dovecot()[0]) as server:
        server.deliver("support@desk.example", raw, at=...)
        account = server.account("support@desk.example")

Every name is an account, with the password `server.password`. Tests take the fixture `imap_server`.

When Dovecot is missing and the tests run as root on a Debian-like system, it is installed; otherwise `find_dovecot`
says why there is none.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from assaydesk.integrations.imap.port import ImapAccount
from tests.servers.debian import find_or_install

PASSWORD = "correct-horse"
_PACKAGES = ["dovecot-core", "dovecot-imapd"]

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
mailbox_list_index = no
mail_fsync = never
maildir_stat_dirs = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
default_vsz_limit = 2G
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service imap {{
  service_count = 100
}}
service auth {{
  client_limit = 2000
}}
service stats {{
  chroot =
}}
"""


def find_dovecot() -> tuple[str | None, str]:
    """The program, or None and why there is none."""
    return find_or_install("Dovecot", _program, _PACKAGES)


def _program() -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which("dovecot", path=path)
    has_imap = any(Path(place, "imap").exists() for place in ("/usr/lib/dovecot", "/usr/libexec/dovecot"))
    return found if found and has_imap else None


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


class ImapServer:
    """A server with as many accounts as one asks for: each name has an empty mailbox when it is first used."""

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(self, program: str) -> None:
        self._program = program
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.folder = Path(tempfile.mkdtemp(prefix="assaydesk-imap-"))
        self.port, self.tls_port = _free_ports(2)
        self.ca_file = self.folder / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        _make_certificate(self.ca_file, self.folder / "key.pem")
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir()
        configuration = _CONFIGURATION.format(
            folder=self.folder,
            user=self._owner.pw_name,
            group=_group_name(self._owner.pw_gid),
            uid=self._owner.pw_uid,
            gid=self._owner.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
            password=self.password,
            ssl="yes",
            certificate=f"ssl_cert = <{self.ca_file}\nssl_key = <{self.folder}/key.pem",
        )
        (self.folder / "dovecot.conf").write_text(configuration)
        as_owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
            as_owner = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, **as_owner)
        self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection((self.host, self.port), 1) as probe:
                    probe.settimeout(5)
                    if probe.recv(10).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError("Dovecot did not start: " + self.said())

    def said(self) -> str:
        """What the server wrote into its logs."""
        texts = [
            (self.folder / name).read_text(errors="replace")
            for name in ("output", "log")
            if (self.folder / name).exists()
        ]
        return "\n".join(texts)[-2000:]

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "ImapServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def account(self, name: str) -> ImapAccount:
        return ImapAccount(self.host, self.port, "none", name, self.password, timeout=20)

    def data(self, name: str, **imap: Any) -> dict[str, Any]:
        """`data` of a sub-channel that reads this account. Needs `ASSAYDESK_ALLOW_INSECURE_MAIL=1`."""
        settings = {
            "host": self.host,
            "port": self.port,
            "security": "none",
            "username": name,
            "password": self.password,
        }
        return {"address": name, "method": "imap", "imap": settings | imap}

    @contextmanager
    def client(self, name: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """A logged-in client that has opened the folder."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=20) as client:
            client.login(name, self.password)
            client.select_folder(folder)
            yield client

    def deliver(self, name: str, *mails: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Put mails into a mailbox, received `at` (default: this moment)."""
        with self.client(name) as client:
            if folder != "INBOX" and not client.folder_exists(folder):
                client.create_folder(folder)
            for mail in mails:
                client.append(folder, mail, (), at or datetime.now(UTC))

    def flags(self, name: str, folder: str = "INBOX") -> dict[int, set[bytes]]:
        """The mails of a folder with their flags."""
        with self.client(name, folder) as client:
            found = client.get_flags(client.search()) if client.search() else {}
        return {uid: set(flags) - {rb"\Recent"} for uid, flags in found.items()}

    def renumber(self, name: str, folder: str) -> None:
        """Make the folder anew: it is empty, and its UIDs begin again under another UIDVALIDITY."""
        with self.client(name) as client:
            before = client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"]
            while client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"] == before:
                client.delete_folder(folder)
                client.create_folder(folder)

    def folders(self, name: str) -> Sequence[str]:
        with self.client(name) as client:
            return [folder for _, _, folder in client.list_folders()]


def _group_name(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _make_certificate(path: Path, key_path: Path) -> None:
    """A certificate for 127.0.0.1 that is its own authority."""
    from datetime import timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
