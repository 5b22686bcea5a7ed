"""The message of one result in the stream, and back. A message that is none is refused, not guessed at.

`after` is the number of the result that was published before it: who knows another one has missed something, and reads
it from the database. Redis drops trimmed entries without a word, so nothing else would tell.  Source: DESIGN 10.
"""

from __future__ import annotations

import msgspec

from quorate.kernel.errors import InvalidOutputError, RejectedError
from quorate.results.channels import ANALYSIS, result_channel
from quorate.results.result import TradingAnalysisResult

CODE = "RESULT_MESSAGE"


class ResultMessage(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What stands in the stream. Source: R-166."""

    task_id: str
    task_type: str
    channel: str
    result_seq: int
    after: int
    completed_by: tuple[str, ...]
    completed_at: str
    persisted_at: str
    result: TradingAnalysisResult


def message_of(result: TradingAnalysisResult, after: int) -> bytes:
    """Return the message of a result; `after` is the number of the one that was published before it."""
    return msgspec.json.encode(
        ResultMessage(
            task_id=result.task_id,
            task_type=ANALYSIS,
            channel=result_channel(ANALYSIS),
            result_seq=result.result_seq,
            after=after,
            completed_by=result.completed_by,
            completed_at=result.persisted_at,
            persisted_at=result.persisted_at,
            result=result,
        )
    )


def read_message(body: bytes) -> ResultMessage:
    """Return the message in `body`.

    Raises:
        InvalidOutputError: it is no message of a result (code `RESULT_MESSAGE`).
    """
    try:
        message = msgspec.json.decode(body, type=ResultMessage)
    except (msgspec.DecodeError, RejectedError) as error:
        raise InvalidOutputError(f"it is no message of a result: {error}", code=CODE) from error
    if message.after >= message.result_seq or message.result_seq != message.result.result_seq:
        raise InvalidOutputError("its numbers contradict each other", code=CODE)
    return message
