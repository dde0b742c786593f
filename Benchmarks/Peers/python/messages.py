"""What every case sends and where to, and how a body says when it was sent."""

import time

EXCHANGE, KEY, QUEUE = "bench.events", "bench.message", "bench.in"
CONTENT_TYPE = "text/plain"
WINDOW = 256
BODY = b"x" * 512
PACE_NANOSECONDS = 1_000_000


def stamped_body():
    """A body that begins with the time, in digits: the content is text."""
    stamp = b"%020d" % time.monotonic_ns()
    return stamp + BODY[len(stamp) :]


def latency(body):
    return time.monotonic_ns() - int(body[:20])


def check(body):
    if len(body) != len(BODY):
        raise ValueError(f"received {len(body)} bytes, expected {len(BODY)}")
