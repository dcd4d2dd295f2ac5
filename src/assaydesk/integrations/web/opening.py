"""The web client of this process."""

from typing import Any, cast

from assaydesk.integrations.web.addresses import Allowed
from assaydesk.integrations.web.guarded import GuardedWeb
from assaydesk.integrations.web.port import WebClient
from assaydesk.platform.config import Config


def configured_web(config: Config) -> WebClient:
    """A client with the hosts that the operator opens. Nothing is connected before the first use."""
    return GuardedWeb(Allowed.parse(config.allow_private_hosts))


def web_of(config: Config, ports: dict[str, Any]) -> WebClient:
    """`ports["web"]`, made when it is missing. `ports` is that of the runtime or of the request's context."""
    if "web" not in ports:
        ports["web"] = configured_web(config)
    return cast(WebClient, ports["web"])
