"""Logs and metrics: structured, and free of anything personal. Only codes, ids and counts are ever passed in.

Uncaught errors are logged by the name of their type and the place they came from; their text may quote an input.
"""

from __future__ import annotations

import traceback
from typing import Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from doorstep.errors import DoorstepError

logger: Final = Logger()
_metrics: Final = Metrics()


def count(name: str, times: int = 1) -> None:
    """Add to a counter (`UnmatchedFeedback`, `MessageSent` …), in CloudWatch's embedded metric format, at once."""
    if times:
        _metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)
        _metrics.flush_metrics()


def failure(error: BaseException, *, what: str) -> None:
    """Log that something failed: the type, and where. Of our own errors also the text, which never holds input."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    logger.error(
        "failed",
        what=what,
        error=type(error).__name__,
        told=str(error) if isinstance(error, DoorstepError) else "",
        where=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    )
