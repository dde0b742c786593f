"""Publishing with pika while confirms are outstanding, which takes its SelectConnection and callbacks."""

import os
import time

import pika
from messages import BODY, CONTENT_TYPE, EXCHANGE, KEY, PACE_NANOSECONDS, WINDOW, stamped_body

SHORTEST_WAIT = 0.0001


def properties(number):
    return pika.BasicProperties(content_type=CONTENT_TYPE, delivery_mode=2, message_id=str(number))


class Publisher:
    """Connects, then sends `count` messages, no more than WINDOW of them unconfirmed."""

    def __init__(self, count):
        self._count = count
        self._sent = 0
        self._unconfirmed = set()
        self._oldest = 1  # everything before it is confirmed
        self._channel = None
        self._connection = pika.SelectConnection(
            pika.URLParameters(os.environ["AMQP_URL"]),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
            on_open_error_callback=self._failed,
            on_close_callback=self._failed,
        )
        self._loop = self._connection.ioloop
        self._loop.start()

    def publish_all(self):
        self._send_more()
        self._loop.start()

    def _opened(self, channel):
        self._channel = channel
        channel.add_on_close_callback(self._failed)
        channel.add_on_return_callback(self._failed)
        channel.confirm_delivery(self._confirmed, callback=lambda _: self._loop.stop())

    def _failed(self, _, *why):
        raise RuntimeError(f"refused, returned or closed: {why}")

    def _confirmed(self, frame):
        tag = frame.method.delivery_tag
        if not isinstance(frame.method, pika.spec.Basic.Ack):
            self._failed(frame, frame.method)
        if frame.method.multiple:
            self._unconfirmed.difference_update(range(self._oldest, tag + 1))
            self._oldest = tag + 1
        else:
            self._unconfirmed.discard(tag)
        self._send_more()
        if self._sent == self._count and not self._unconfirmed:
            self._loop.stop()

    def _send_more(self):
        while self._may_send():
            body = self._body()
            self._channel.basic_publish(EXCHANGE, KEY, body, properties(self._sent), mandatory=True)
            self._sent += 1
            self._unconfirmed.add(self._sent)

    def _may_send(self):
        return self._sent < self._count and len(self._unconfirmed) < WINDOW

    def _body(self):
        return BODY


class PacedPublisher(Publisher):
    """The same at a steady pace. It catches up when it is late: the loop's timers count in milliseconds."""

    def publish_all(self):
        self._start = time.monotonic_ns()
        self._tick()
        super().publish_all()

    def _tick(self):
        self._send_more()
        if self._sent < self._count:
            self._loop.call_later(max(-self._late() / 1e9, SHORTEST_WAIT), self._tick)

    def _may_send(self):
        return super()._may_send() and self._late() >= 0

    def _late(self):
        """Nanoseconds since the next message was due."""
        return time.monotonic_ns() - self._start - self._sent * PACE_NANOSECONDS

    def _body(self):
        return stamped_body()
