"""Redis Streams: where results wait for readers that may be away. Needs the extra `redis`."""

from quorate.adapters.redis_streams.connection import opened_stream
from quorate.adapters.redis_streams.stream import RedisStream, StreamNames

__all__ = ["RedisStream", "StreamNames", "opened_stream"]
