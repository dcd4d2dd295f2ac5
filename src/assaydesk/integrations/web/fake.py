"""A web that says what it was told to say, for tests and for runs without a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assaydesk.integrations.web.port import MEGABYTE, WebAnswer, WebFailed, WebReason
from assaydesk.platform.db.session import assert_no_open_session


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it was made."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


Says = WebAnswer | WebFailed | Callable[[Asked], WebAnswer]


@dataclass(slots=True)
class FakeWeb:
    """`answers` by address; other addresses are not found. `asked` keeps every request."""

    answers: dict[str, Says] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 30.0,  # noqa: ASYNC109 - the signature of the port
        max_bytes: int = 5 * MEGABYTE,
        allow_private: bool = False,
        max_redirects: int = 3,
    ) -> WebAnswer:
        assert_no_open_session("the web")
        asked = Asked(method, url, dict(headers or {}), body)
        self.asked.append(asked)
        says = self.answers.get(url, WebFailed(WebReason.NOT_FOUND, "There is no such server."))
        if isinstance(says, WebFailed):
            raise says
        answer = says if isinstance(says, WebAnswer) else says(asked)
        if len(answer.body) > max_bytes:
            raise WebFailed(WebReason.TOO_LARGE, "The answer is too large.")
        return answer

    async def close(self) -> None:
        """Nothing is open."""
