"""Kinds of pictures, told by their first bytes."""

_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def image_type(content: bytes) -> str | None:
    """Media type of a PNG or JPEG; None for anything else."""
    return next((kind for start, kind in _KINDS if content.startswith(start)), None)
