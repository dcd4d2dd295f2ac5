"""Which embedder this process uses. Importing this file loads neither numpy nor a model."""

from functools import cache
from threading import Lock
from typing import Final

import structlog

from assaydesk.integrations.local_ai.port import Embedder

log = structlog.get_logger(__name__)

_opening: Final = Lock()


def open_embedder(kind: str = "auto") -> Embedder:
    """The embedder of this process, loaded on the first call: the language model where it runs, else hashed n-grams.

    `kind`: `auto`, or `hashed` to never load the model. Slow the first time; call it in a thread.
    """
    with _opening:
        return _open(kind)


@cache
def _open(kind: str) -> Embedder:
    from assaydesk.integrations.local_ai.cached import CachedEmbedder
    from assaydesk.integrations.local_ai.hashed import HashedEmbedder

    if kind == "hashed":
        return CachedEmbedder(HashedEmbedder())
    try:
        from assaydesk.integrations.local_ai.nano import NanoEmbedder

        return CachedEmbedder(NanoEmbedder())
    except (ImportError, OSError, RuntimeError) as reason:
        log.info("local_ai.model_not_available", reason=str(reason))
        return CachedEmbedder(HashedEmbedder())
