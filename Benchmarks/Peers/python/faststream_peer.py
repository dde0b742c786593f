"""The cases on FastStream with uvloop. It logs nothing: two lines a message would cost more than the message."""

import asyncio
import os
import time

import uvloop
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from figures import Measured
from messages import BODY, CONTENT_TYPE, EXCHANGE, KEY, PACE_NANOSECONDS, QUEUE, WINDOW, check, latency, stamped_body
from program import main
from sender import Sender

exchange = RabbitExchange(EXCHANGE, type=ExchangeType.TOPIC, declare=False)
queue = RabbitQueue(QUEUE, declare=False)


async def publish(count):
    """Tasks that each wait for their message's confirm before they send the next."""
    async with new_broker() as broker:
        with Measured() as measured:
            async with asyncio.TaskGroup() as tasks:
                for first in range(WINDOW):
                    tasks.create_task(publish_each(broker, range(first, count, WINDOW)))
    return measured


async def publish_each(broker, numbers):
    for number in numbers:
        await publish_message(broker, number, BODY)


async def publish_one(count):
    async with new_broker() as broker:
        with Measured() as measured:
            for number in range(count):
                begin = time.monotonic_ns()
                await publish_message(broker, number, BODY)
                measured.latencies.append(time.monotonic_ns() - begin)
    return measured


async def consume(count):
    async with new_broker() as broker:
        all_received = receive(broker, count, check)
        with Measured() as measured:
            await broker.start()
            await all_received.wait()
    return measured


async def one_way(count):
    sender = Sender(sending_process, count)
    measured = Measured()
    async with new_broker() as broker:
        all_received = receive(broker, count, lambda body: measured.latencies.append(latency(body)))
        await broker.start()
        with measured:
            sender.start()
            await all_received.wait()
            from_sender = sender.result()
    measured.add(*from_sender)
    return measured


def sending_process(count, section):
    uvloop.run(send(count, section))


async def send(count, section):
    async with new_broker() as broker:
        with section:
            async with asyncio.TaskGroup() as tasks:
                await send_paced(broker, count, tasks)


async def send_paced(broker, count, tasks):
    """It catches up when it is late: the loop's timers count in milliseconds."""
    window = asyncio.Semaphore(WINDOW)

    async def send_one(number):
        await publish_message(broker, number, stamped_body())
        window.release()

    start = time.monotonic_ns()
    for number in range(count):
        left = start + number * PACE_NANOSECONDS - time.monotonic_ns()
        await asyncio.sleep(max(left, 0) / 1e9)
        await window.acquire()
        tasks.create_task(send_one(number))


def new_broker():
    channel = Channel(prefetch_count=WINDOW, on_return_raises=True)
    return RabbitBroker(os.environ["AMQP_URL"], default_channel=channel, logger=None)


async def publish_message(broker, number, body):
    await broker.publish(
        body,
        exchange=exchange,
        routing_key=KEY,
        mandatory=True,
        persist=True,
        content_type=CONTENT_TYPE,
        message_id=str(number),
    )


def receive(broker, count, handle):
    """An event that is set when `count` messages were handled; the framework acknowledges each."""
    all_received = asyncio.Event()
    received = 0

    @broker.subscriber(queue)
    async def handler(body: str):
        nonlocal received
        handle(body)
        received += 1
        if received == count:
            all_received.set()

    return all_received


def on_loop(case):
    return lambda count: uvloop.run(case(count))


if __name__ == "__main__":
    cases = {"publish": publish, "publish-one": publish_one, "consume": consume, "one-way": one_way}
    main("FastStream", {name: on_loop(case) for name, case in cases.items()})
