"""Wire shapes of sign-in, sessions and keys (people.md 7 and 8)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from assaydesk.platform.schema import Boolean, DateInput, Done, IsoTime, RequestSchema, Schema

Secret = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)]
Address = Annotated[str, Field(min_length=1, max_length=254)]


class SignInRequest(RequestSchema):
    email: Address
    password: Secret
    remember: Boolean = False


class PasswordChange(RequestSchema):
    current_password: Secret
    new_password: Secret


class ForgottenPassword(RequestSchema):
    email: Address


class PasswordReset(RequestSchema):
    token: Annotated[str, Field(min_length=1, max_length=200)]
    new_password: Secret


class KeyCreate(RequestSchema):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    expires_at: DateInput | None = None


class PersonRead(Schema):
    id: int
    first_name: str
    last_name: str
    lang: str


class TokenRead(Done):
    token: str
    expires_at: IsoTime | None


class SignedInRead(TokenRead):
    profile: PersonRead


class SessionState(Done):
    authenticated: bool
    profile: PersonRead | None
    expires_at: IsoTime | None
    csrf: None


class SessionRead(Schema):
    id: int
    ip: str | None
    user_agent: str | None
    created_at: IsoTime
    last_used_at: IsoTime | None
    expires_at: IsoTime
    current: bool


class SessionList(Done):
    sessions: list[SessionRead]
    total: int
    limit: int
    offset: int


class SessionsEnded(Done):
    ended: int


class ResetRequested(Done):
    delivery: Literal["none", "mail"]
    message: str


class Provider(Schema):
    key: str
    label: str
    start_url: str


class ProviderList(Done):
    password_login: bool
    providers: list[Provider]


class KeyRead(Schema):
    id: int
    name: str
    prefix: str
    created_at: IsoTime
    last_used_at: IsoTime | None
    expires_at: IsoTime | None
    revoked_at: IsoTime | None


class KeyList(Done):
    api_keys: list[KeyRead]
    total: int
    limit: int
    offset: int


class KeyMade(Done):
    id: int
    token: str


class Invitation(Done):
    expires_at: IsoTime
    link: str | None
