"""AWS clients, made once and only when used, and the translation of their errors into ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, Literal

import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

from doorstep.errors import AnswerLost, Conflict, Permanent, Transient, Undeliverable

# Three tries fit into the 20 seconds of the functions behind the API, so that even then a caller gets an answer.
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=1, read_timeout=4, tcp_keepalive=True
)
# Advice that is late is of no use: who waits at a checkout gets a verdict without it.
_CHECKOUT: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=0.7, read_timeout=1, tcp_keepalive=True
)
# Nobody waits, and much is moved: what is throttled is tried for a minute.
_PATIENT: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=3, read_timeout=30, tcp_keepalive=True
)
# Sending is not idempotent: a retry after a lost answer would be a second mail, and the claim decides about that.
_NO_RETRY: Final = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=2, read_timeout=15)
_PASSING: Final = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceErrorException",
        "KMSThrottlingException",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_PASSING_STATUS: Final = frozenset({429, *range(500, 600)})
_MOVED: Final = frozenset(
    {
        "ConditionalCheckFailed",
        "ConditionalCheckFailedException",
        "TransactionConflict",
        "TransactionConflictException",
    }
)


Pace = Literal["usual", "checkout", "patient"]
_PACES: Final = {"usual": _CONFIG, "checkout": _CHECKOUT, "patient": _PATIENT}


@lru_cache(maxsize=16)
def client(service: str, pace: Pace = "usual") -> Any:
    """The client of an AWS service, one per process and pace."""
    config = _NO_RETRY if service in {"sesv2", "sns"} else _PACES[pace]
    return _session().create_client(service, config=config)


@lru_cache(maxsize=1)
def _session() -> botocore.session.Session:
    """What boto3 makes its clients from; boto3 itself loads the transfer manager of S3 as well, for 30 ms."""
    return botocore.session.get_session()


@contextmanager
def translated(what: str, *, refusals: frozenset[str] = frozenset()) -> Iterator[None]:
    """Raise `Conflict` for a failed condition, `Transient` for what may pass, `Permanent` for the rest.

    `AnswerLost`, a `Transient`, is raised when the request may have gone out by the time the connection broke, or when
    nobody can read what came back; `Undeliverable`, a `Permanent`, for the codes in `refusals`. The service's own
    message is dropped, for it may quote a key or an address; its code stays.
    """
    try:
        yield
    except ClientError as error:
        raise _ours(error, what, refusals) from None
    except ParamValidationError as error:
        raise Permanent("not_possible", f"{what}: {type(error).__name__}") from None
    except (EndpointConnectionError, ConnectTimeoutError) as error:
        raise Transient("unreachable", f"{what}: {type(error).__name__}") from None
    except (HTTPClientError, ResponseParserError) as error:
        raise AnswerLost("answer_lost", f"{what}: {type(error).__name__}") from None
    except BotoCoreError as error:
        raise Transient("unreachable", f"{what}: {type(error).__name__}") from None


def _ours(error: ClientError, what: str, refusals: frozenset[str]) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    if code in _MOVED or reasons & _MOVED:
        return Conflict("moved_on", "somebody else was first; read it again, and decide anew")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _PASSING or status in _PASSING_STATUS or reasons & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        return Transient("unavailable", f"{what}: {code}")
    if code in refusals:
        return Undeliverable("rejected", f"{what}: {code}")
    return Permanent("not_possible", f"{what}: {code}")
