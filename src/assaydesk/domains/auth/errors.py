"""Refusals of sign-in (people.md 8.1) and of credentials (people.md 7)."""

from assaydesk.platform.errors import Conflict, DomainError, Forbidden, NotFound, Unprocessable


class InvalidCredentials(DomainError):
    """401; the same for an unknown address and a wrong password."""

    status = 401
    default_message = "The e-mail address or the password is wrong."


class SsoOnly(Forbidden):
    default_message = "This account signs in through single sign-on only."


class AccountInactive(Forbidden):
    default_message = "This account is switched off. Ask an administrator."


class WrongPassword(Forbidden):
    default_message = "The current password is wrong."


class InvalidToken(Unprocessable):
    default_message = "The link is unknown, used or too old. Ask for another one."


class SessionNotFound(NotFound):
    default_message = "There is no such session."


class SessionRequired(Conflict):
    default_message = "Only a session can be renewed; an API key holds until it is revoked."


class ApiKeyNotFound(NotFound):
    default_message = "There is no such API key."


class AccountUnknown(NotFound):
    default_message = "Nobody has this e-mail address."


class NoPasswordSignIn(Conflict):
    default_message = "This account does not sign in with a password."


class ProfileNotActive(Conflict):
    default_message = "The account is switched off or deleted."


class IpNotAllowed(Forbidden):
    """403: the service worker may not be used from this address."""

    default_message = "This token may not be used from your address."
