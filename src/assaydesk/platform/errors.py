"""Errors that reach a client: a status, a stable code, a sentence, details (conventions.md 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from re import compile as regex
from typing import Any, ClassVar

_HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """`TicketNotFound` -> `ticket_not_found`."""
    return _HUMP.sub("_", name).lower()


class DomainError(Exception):
    """Base of every error with an answer of its own; the class name in snake_case is the code."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    default_message: ClassVar[str] = "Something went wrong."

    def __init__(self, message: str | None = None, *, headers: dict[str, str] | None = None, **details: Any) -> None:
        self.message = message or self.default_message
        self.details = details
        self.headers = headers or {}
        super().__init__(self.message)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = snake_case(cls.__name__)


class Unauthenticated(DomainError):
    """401: no token, or one that does not count. `details.reason`: missing, invalid, expired, revoked."""

    status = 401
    default_message = "Sign in first: send a valid token."

    def __init__(self, reason: str, message: str | None = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"}, reason=reason)


class Forbidden(DomainError):
    """403: the row or collection is known to the caller, the right is missing."""

    status = 403
    default_message = "This is not allowed."


class PermissionDenied(Forbidden):
    """403 `permission_denied`; `details.permission` is the missing name or the list of alternatives."""

    def __init__(self, *permissions: str, message: str | None = None) -> None:
        names = [str(name) for name in permissions]
        needed = names[0] if len(names) == 1 else names
        super().__init__(message or f"You need the permission {' or '.join(names)}.", permission=needed)


class OriginRejected(Forbidden):
    default_message = "A request with the session cookie must come from this instance's own pages."


class NotFound(DomainError):
    """404: unknown and hidden rows answer alike."""

    status = 404
    default_message = "It does not exist."


class RouteNotFound(NotFound):
    default_message = "There is no such address."


class MethodNotAllowed(DomainError):
    status = 405
    default_message = "This address does not know the method."


class Conflict(DomainError):
    """409: the row is in a state that forbids it, or a unique rule is hit."""

    status = 409
    default_message = "The present state does not allow this."


class StaleObject(Conflict):
    default_message = "Somebody changed it since you read it. Read it again and repeat your change."


class IdempotencyKeyReused(Conflict):
    default_message = "This Idempotency-Key was used for another request."


class IdempotentRequestUnfinished(Conflict):
    default_message = (
        "A request with this Idempotency-Key was carried out, but its answer was not kept. Look at the result."
    )


class PayloadTooLarge(DomainError):
    status = 413
    default_message = "The body is too large."


class UnsupportedMediaType(DomainError):
    status = 415
    default_message = "Send JSON: Content-Type: application/json."


class Unprocessable(DomainError):
    """422: malformed input."""

    status = 422
    default_message = "The request is malformed."


class MalformedJson(Unprocessable):
    default_message = "The body is not valid JSON in UTF-8."


class UnknownReference(Unprocessable):
    """422 `unknown_reference`: a body names a row that does not exist. `details.field`, `details.value`."""

    default_message = "The request names something that does not exist."


class UnknownFilterKey(Unprocessable):
    default_message = "This field cannot be filtered or ordered by."


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of a request. `path` is dotted: `criteria.0.score`; `code` is one of conventions.md 4."""

    path: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"path": self.path, "code": self.code, "message": self.message}


class ValidationFailed(Unprocessable):
    """422 `validation_failed`: all faults at once in `details.fields`."""

    def __init__(self, fields: Sequence[FieldError], message: str | None = None) -> None:
        self.fields = tuple(fields)
        first = fields[0] if fields else None
        text = message or (f"{first.path}: {first.message}" if first else self.default_message)
        super().__init__(text, fields=[field.as_json() for field in fields])


class RateLimited(DomainError):
    status = 429
    default_message = "Too many tries. Wait a little."

    def __init__(self, retry_after_seconds: int, message: str | None = None) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after_seconds)})


class BadGateway(DomainError):
    """502: an outside service failed."""

    status = 502
    default_message = "An outside service failed."


class AiServiceFailed(BadGateway):
    default_message = "The AI service failed."


class LlmNotConfigured(BadGateway):
    default_message = "This needs a language model, and none is configured."


class Busy(DomainError):
    """503 with `Retry-After` in seconds."""

    status = 503
    default_message = "The service is busy. Try again shortly."

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 5, **details: Any) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after_seconds)}, **details)


_FIELD_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "finite_number": "out_of_range",
    "enum": "not_allowed",
    "literal_error": "not_allowed",
    "datetime_parsing": "bad_format",
    "datetime_from_date_parsing": "bad_format",
    "string_pattern_mismatch": "bad_format",
    "url_parsing": "bad_format",
    "value_error": "bad_format",
    "decimal_max_places": "out_of_range",
    "decimal_max_digits": "out_of_range",
}


def field_error(error: dict[str, Any]) -> FieldError:
    """One fault as pydantic found it, in our words."""
    parts = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header", "cookie")]
    parts = [part for part in parts if not part.startswith(("function-", "union", "tagged-union", "list[", "dict["))]
    message = str(error["msg"]).removeprefix("Value error, ")
    code = _FIELD_CODES.get(error["type"], "wrong_type")
    return FieldError(".".join(parts) or "body", code, message[:1].upper() + message[1:])
