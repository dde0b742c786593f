"""The cases on pika: a BlockingConnection, as its manual begins with, and a SelectConnection where confirms are to be
outstanding, which a BlockingConnection cannot."""

import os
import time

import pika
from figures import Measured
from messages import BODY, EXCHANGE, KEY, QUEUE, WINDOW, check, latency
from pika_publisher import PacedPublisher, Publisher, properties
from program import main
from sender import Sender


def publish(count):
    publisher = Publisher(count)
    with Measured() as measured:
        publisher.publish_all()
    return measured


def publish_one(count):
    channel = open_channel()
    channel.confirm_delivery()
    with Measured() as measured:
        for number in range(count):
            begin = time.monotonic_ns()
            channel.basic_publish(EXCHANGE, KEY, BODY, properties(number), mandatory=True)
            measured.latencies.append(time.monotonic_ns() - begin)
    return measured


def consume(count):
    channel = open_channel()
    with Measured() as measured:
        receive(channel, count, check)
        channel.start_consuming()
    return measured


def one_way(count):
    sender = Sender(send_paced, count)
    channel = open_channel()
    measured = Measured()
    receive(channel, count, lambda body: measured.latencies.append(latency(body)))
    with measured:
        sender.start()
        channel.start_consuming()
        from_sender = sender.result()
    measured.add(*from_sender)
    return measured


def send_paced(count, section):
    publisher = PacedPublisher(count)
    with section:
        publisher.publish_all()


def open_channel():
    channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()
    channel.basic_qos(prefetch_count=WINDOW)
    return channel


def receive(channel, count, handle):
    """Has `count` deliveries handled and acknowledged, once the channel consumes."""
    received = 0

    def delivered(channel, method, _, body):
        nonlocal received
        handle(body)
        channel.basic_ack(method.delivery_tag)
        received += 1
        if received == count:
            channel.stop_consuming()

    channel.basic_consume(QUEUE, delivered)


if __name__ == "__main__":
    main("pika", {"publish": publish, "publish-one": publish_one, "consume": consume, "one-way": one_way})
