"""SMTP through aiosmtplib, one step at a time, so that the moment is known from which nobody can take a mail back."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from assaydesk.integrations.smtp.port import (
    Goahead,
    Letter,
    NobodyKnows,
    Refused,
    Server,
    Smtp,
    TakenBack,
    TryLater,
)
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import assert_no_open_session

_DOT: Final = re.compile(rb"(?m)^\.")
_GO_ON: Final = 354
_SLOWEST_BYTES_PER_SECOND: Final = 20_000


class InsecureServer(TryLater):
    """The server takes no encryption, and this instance insists on it."""


class RealSmtp:
    """Talks to real servers. Timeouts in seconds: for connecting and each command, and for the last answer."""

    def __init__(self, *, allow_insecure: bool = False, timeout: float = 30.0, last_timeout: float = 300.0) -> None:
        self._allow_insecure = allow_insecure
        self._timeout = timeout
        self._last_timeout = last_timeout

    async def check(self, server: Server) -> None:
        async with self._connected(server):
            pass

    async def deliver(self, server: Server, letter: Letter, go_ahead: Goahead) -> Mapping[str, str]:
        async with self._connected(server) as client:
            try:
                refused = await self._address(client, letter)
                answer = await client.execute_command(b"DATA")
            except (SMTPException, OSError, ValueError) as failure:
                raise _not_taken(failure) from failure
            if answer.code != _GO_ON:
                raise _answered(answer.code, answer.message)
            if not await go_ahead():
                client.close()
                raise TakenBack("The message was taken back.")
            await self._text(client, letter.content)
            return refused

    async def _address(self, client: SMTP, letter: Letter) -> dict[str, str]:
        """Name sender and recipients; answers those that are refused while others are taken."""
        options = []
        if client.supports_extension("size"):
            options.append(f"SIZE={len(letter.content)}")
        if any(not address.isascii() for address in (letter.sender, *letter.recipients)):
            if not client.supports_extension("smtputf8"):
                raise Refused("The server takes no addresses with letters beyond ASCII.")
            options.append("SMTPUTF8")
        await client.mail(letter.sender, options=options, encoding="utf-8")
        refused: dict[str, tuple[int, str]] = {}
        for recipient in letter.recipients:
            try:
                await client.rcpt(recipient, encoding="utf-8")
            except SMTPResponseException as failure:
                refused[recipient] = (failure.code, failure.message)
        words = {address: f"{code} {_line(message)}" for address, (code, message) in refused.items()}
        if len(refused) == len(letter.recipients):
            everything = "; ".join(f"{address}: {text}" for address, text in words.items())
            raise (Refused if all(code >= 500 for code, _ in refused.values()) else TryLater)(everything)
        return words

    async def _text(self, client: SMTP, content: bytes) -> None:
        """From here on only the server's last answer tells what became of the mail."""
        body = _DOT.sub(b"..", content)
        try:
            if client.protocol is None:
                raise NobodyKnows("The connection was lost.")
            client.protocol.write(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            patience = self._last_timeout + len(body) / _SLOWEST_BYTES_PER_SECOND
            answer = await client.protocol.read_response(timeout=patience)
        except (SMTPException, OSError) as failure:
            client.close()
            raise NobodyKnows(f"The connection broke while the server had the text: {_words(failure)}") from failure
        if answer.code >= 400:
            raise _answered(answer.code, answer.message)
        if answer.code >= 300:
            raise NobodyKnows(f"The server ended with {answer.code} {_line(answer.message)}.")

    @asynccontextmanager
    async def _connected(self, server: Server) -> AsyncIterator[SMTP]:
        assert_no_open_session("a mail server")
        if server.security == "none" and not self._allow_insecure:
            raise InsecureServer("The mail server is set up without encryption, which is not allowed here.")
        client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=self._timeout,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
            if server.username:
                await client.login(server.username, server.password or "")
        except (SMTPException, OSError, ValueError) as failure:
            client.close()
            message = f"{server.host}:{server.port}: {_words(failure)}"
            raise TryLater(message, of_the_server=True) from failure
        try:
            yield client
        except BaseException:
            # In the middle of a text, a farewell would be taken for a part of it.
            client.close()
            raise
        with suppress(SMTPException, OSError):
            await client.quit(timeout=5)
        client.close()


def _not_taken(failure: Exception) -> TryLater | Refused:
    if isinstance(failure, SMTPResponseException):
        return _answered(failure.code, failure.message)
    if isinstance(failure, ValueError) and not isinstance(failure, UnicodeError | OSError):
        return Refused(f"An address cannot be given to a server: {failure}")
    return TryLater(_words(failure))


def _answered(code: int, message: str) -> TryLater | Refused:
    text = f"{code} {_line(message)}"
    return Refused(text) if code >= 500 else TryLater(text)


def _words(failure: Exception) -> str:
    if isinstance(failure, SMTPResponseException):
        return f"{failure.code} {_line(failure.message)}"
    return _line(str(failure)) or type(failure).__name__


def _line(text: object) -> str:
    return " ".join(str(text).split())[:500]


def smtp_of(config: Config, ports: Mapping[str, Any]) -> Smtp:
    """The door to mail servers: the one that is given, else the real one."""
    given: Smtp | None = ports.get("smtp")
    return given if given is not None else RealSmtp(allow_insecure=config.allow_insecure_mail)
