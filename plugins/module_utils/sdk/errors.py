# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, in the words a user meets in ``failure.kind``."""

from __future__ import annotations

import typing as t


class CloudError(Exception):
    """Anything that keeps a cloud from doing what was asked.

    The message is one sentence: what was asked, what was found, what to do.
    ``outcome_unknown`` says that the request may have taken effect all the same.
    """

    kind: t.ClassVar[str] = "unavailable"
    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        provider_code: str | None = None,
        request_id: str | None = None,
        status: int | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.provider_code = provider_code
        self.request_id = request_id
        self.status = status
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown
        if retryable is not None:
            self.retryable = retryable

    def failure(self) -> dict[str, t.Any]:
        """The ``failure`` key of a result."""
        return {
            "kind": self.kind,
            "provider_code": self.provider_code,
            "request_id": self.request_id,
            "retryable": self.retryable,
        }


class AuthFailed(CloudError):
    """The credentials are missing, wrong or expired."""

    kind = "auth"


class Denied(CloudError):
    """The credentials are good, but this is not theirs to do."""

    kind = "denied"


class QuotaExceeded(CloudError):
    kind = "quota"


class Conflict(CloudError):
    """The resource is in a state, or in use, that forbids this now."""

    kind = "conflict"


class TokenSpent(Conflict):
    """The token of a create belongs to a resource that is gone: the next one needs another token."""


class NotFound(CloudError):
    kind = "not_found"


class RateLimited(CloudError):
    kind = "rate_limit"
    retryable = True


class Invalid(CloudError):
    """What was asked makes no sense, here or to the provider."""

    kind = "invalid"


class Unsupported(CloudError):
    """It makes sense, but this provider cannot do it."""

    kind = "unsupported"


class TimedOut(CloudError):
    kind = "timeout"
    retryable = True


class Unavailable(CloudError):
    """The cloud does not answer, or not in its own language."""

    kind = "unavailable"
    retryable = True


class Ambiguous(CloudError):
    """More than one resource fits what was named."""

    kind = "ambiguous"


class Refused(CloudError):
    """The plan needs a permission that ``allow`` does not give."""

    kind = "refused"


KINDS: tuple[str, ...] = (
    "auth",
    "denied",
    "quota",
    "conflict",
    "not_found",
    "rate_limit",
    "invalid",
    "unsupported",
    "timeout",
    "unavailable",
    "ambiguous",
    "refused",
)
