"""Every error this package raises on purpose.

    CrmError
    ├── SettingsError             the environment is half set or wrong
    ├── InputError                refused before anything was sent: the caller can mend it
    │   ├── UnknownModuleError    the CRM has no module of that name
    │   └── QueryError            an SQL statement that cannot be run, or took too much
    ├── NotConfirmedError         the user had to confirm and did not, or could not be asked: nothing was written
    ├── HostError                 the configuration of a program that talks to this server is not touched
    ├── StoreError                the memory of this server cannot be used: a file, a folder, a PostgreSQL
    ├── UnreachableError          no response: connection, TLS, time-out, proxy
    ├── UnexpectedAnswerError     a response that is not what this CRM sends (HTML, broken JSON, another shape)
    │   └── OtherRecordError      the response names another record than the one that was to be written
    └── RefusedError              the CRM said no
        ├── AuthenticationError   401, 403, and a 404 that says "unauthorized"
        ├── NotFoundError         404
        ├── BadRequestError       400 and other 4xx
        ├── MethodNotAllowedError 405
        ├── NotInPlanError        403 or 404 of what the account's plan seems to leave out
        ├── RateLimitedError      429
        └── ServerFaultError      5xx

The message says what failed, and `hint` what to try next; a model reads both. Neither holds a login, a request header
or a URL with a login.
"""

from __future__ import annotations

from crm_mcp.languages import said


class CrmError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        hint: The next step, as a sentence; empty when there is none.
        is_transient: Whether the same request may well succeed a moment later.
    """

    def __init__(self, message: str, *, hint: str = "", is_transient: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.is_transient = is_transient

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message} {self.hint}" if self.hint else message

    @property
    def told(self) -> str:
        """The same in the language of the person, where that is known, see `crm_mcp.languages.Later`."""
        return " ".join(filter(None, [said(self.args[0]), said(self.hint)]))


class SettingsError(CrmError):
    """The environment is half set or wrong."""


class InputError(CrmError):
    """Refused before anything was sent: the caller can mend it."""


class UnknownModuleError(InputError):
    """The CRM has no such module.

    Attributes:
        module: The name or id that was given.
    """

    def __init__(self, message: str, *, module: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.module = module


class QueryError(InputError):
    """An SQL statement cannot be planned or run, or took more time or memory than it may.

    Attributes:
        is_too_slow: Whether it took more time.
    """

    def __init__(self, message: str, *, hint: str = "", is_too_slow: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.is_too_slow = is_too_slow


class NotConfirmedError(CrmError):
    """The user had to confirm and did not, or could not be asked: nothing was written."""


class HostError(CrmError):
    """The configuration of a program that talks to this server cannot be read or written; it is as it was."""


class StoreError(CrmError):
    """The memory of this server, its store, cannot be used."""


class UnreachableError(CrmError):
    """The CRM sent no response.

    Attributes:
        was_sent: Whether anything of the request may have been sent; False where no connection could be made.
        may_have_been_done: Whether a write may have reached the CRM all the same.
        is_out_of_time: Whether the request was given up for lack of time.
        what: What happened to the connection, without the address; nothing where that is not known.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        is_transient: bool = False,
        was_sent: bool = True,
        may_have_been_done: bool = False,
        is_out_of_time: bool = False,
        what: str = "",
    ) -> None:
        super().__init__(message, hint=hint, is_transient=is_transient)
        self.what = what
        self.was_sent = was_sent
        self.may_have_been_done = may_have_been_done
        self.is_out_of_time = is_out_of_time

    @property
    def may_be_under_way(self) -> bool:
        """Whether the CRM may be at work on a write even now."""
        return self.may_have_been_done and self.is_out_of_time

    @property
    def is_lasting(self) -> bool:
        """Whether another request would fail likewise: none gets a connection, or a response in time."""
        return not self.was_sent or self.is_out_of_time


class UnexpectedAnswerError(CrmError):
    """The response is not what this CRM sends: HTML, broken JSON, another shape."""


class OtherRecordError(UnexpectedAnswerError):
    """The response to a write names another record than the one that was to be written: perhaps that one was."""


class RefusedError(CrmError):
    """The CRM said no.

    Attributes:
        status: The HTTP status; 200 where a CRM reports a failure inside a success.
        retry_after_s: How long the CRM asks to wait; None where it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        hint: str = "",
        is_transient: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint, is_transient=is_transient)
        self.status = status
        self.retry_after_s = retry_after_s


class AuthenticationError(RefusedError):
    """The login was refused."""


class NotFoundError(RefusedError):
    """There is no such thing."""


class BadRequestError(RefusedError):
    """The request was refused as wrong."""


class MethodNotAllowedError(RefusedError):
    """The endpoint does not take this method."""


class NotInPlanError(RefusedError):
    """The account's plan seems not to include this: repeating will not help, and the rest of the CRM works."""


class RateLimitedError(RefusedError):
    """Too many requests."""


class ServerFaultError(RefusedError):
    """The CRM failed on its side."""
