"""The chain on FastStream: a handler that takes a pydantic model, and a publish that is awaited until it is confirmed.
FastStream runs as many handlers side by side as the prefetch allows, and acks when one has returned.

    chain.py chain order|inventory|shipping|notify COUNT RATE

Benchmarks/README.md says what the variables are and what is printed.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

import uvloop
from events import Event, Order
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from figures import Figures
from store import Store

PREFETCH, WINDOW, START_POLL_SECONDS, GRACE_SECONDS = 64, 256, 0.005, 30
EXCHANGE = RabbitExchange("bench.events", type=ExchangeType.TOPIC, durable=True)


class Role(NamedTuple):
    schema: str
    change: str
    key: str | None  # of what it publishes


ROLES = {
    "order": Role(
        "CREATE TABLE orders (order_id TEXT PRIMARY KEY, sku TEXT, quantity INTEGER, name TEXT, ship_to TEXT)",
        "INSERT INTO orders VALUES (:order_id, :sku, :quantity, :name, :ship_to)",
        "order.created",
    ),
    "inventory": Role(
        "CREATE TABLE stock (sku TEXT PRIMARY KEY, quantity INTEGER); INSERT INTO stock VALUES ('MUG', 1000000000)",
        "UPDATE stock SET quantity = quantity - :quantity WHERE sku = :sku",
        "inventory.updated",
    ),
    "shipping": Role(
        "CREATE TABLE shipments (order_id TEXT PRIMARY KEY, ship_to TEXT)",
        "INSERT INTO shipments VALUES (:order_id, :ship_to)",
        "shipping.started",
    ),
    "notify": Role(
        "CREATE TABLE notifications (order_id TEXT PRIMARY KEY, email TEXT)",
        "INSERT INTO notifications VALUES (:order_id, :email)",
        None,
    ),
}


class Service:
    def __init__(self, name, count):
        role = ROLES[name]
        self._name, self._count, self._key = name, count, role.key
        self._store = Store(os.environ["DATABASE"], role.schema, role.change)
        # No logger: it would write two lines a message.
        self._broker = RabbitBroker(
            os.environ["AMQP_URL"],
            default_channel=Channel(prefetch_count=PREFETCH, on_return_raises=True),
            graceful_timeout=GRACE_SECONDS,
            logger=None,
        )

    async def place_orders(self, rate):
        async with self._broker:
            await self._broker.start()
            figures = self._ready()
            start = Path(os.environ["START"])
            while not start.exists():
                await asyncio.sleep(START_POLL_SECONDS)
            figures.begin_ns = time.monotonic_ns()
            window = asyncio.Semaphore(WINDOW)
            async with asyncio.TaskGroup() as orders:
                for number in range(self._count):
                    if rate > 0:
                        due = figures.begin_ns + number * 1_000_000_000 // rate
                        await asyncio.sleep((due - time.monotonic_ns()) / 1e9)
                    await window.acquire()
                    orders.create_task(self._place_order(window))
            print(figures.line())

    async def _place_order(self, window):
        order = Order(placed_ns=time.monotonic_ns())
        self._store.apply(order)
        await self._publish(order)
        window.release()

    async def serve(self):
        taken, done = 0, asyncio.Event()
        subscriber = self._broker.subscriber(RabbitQueue(f"chain.{self._name}", declare=False))

        @subscriber
        async def handle(event: Event) -> None:
            nonlocal taken
            if not self._store.apply_once(event.id, event.data):
                return
            if self._key is None:
                figures.latencies.append(time.monotonic_ns() - event.data.placed_ns)
            else:
                await self._publish(event.data)
            taken += 1
            if taken == self._count:
                done.set()

        async with self._broker:
            await self._broker.start()
            figures = self._ready()
            await done.wait()
            await subscriber.stop()  # when all handlers have ended and their messages are acked
            print(figures.line())
        if self._key is None:
            figures.write_latencies(os.environ["LATENCIES"])

    async def _publish(self, order):
        event = Event.of(self._name, self._key, order)
        await self._broker.publish(
            event,
            exchange=EXCHANGE,
            routing_key=self._key,
            mandatory=True,
            persist=True,
            message_id=event.id,
            correlation_id=event.correlationid,
        )

    def _ready(self):
        Path(os.environ["READY"]).touch()
        return Figures(self._name, self._count)


def main():
    _, _, name, count, rate = sys.argv
    service = Service(name, int(count))
    uvloop.run(service.place_orders(int(rate)) if name == "order" else service.serve())


main()
