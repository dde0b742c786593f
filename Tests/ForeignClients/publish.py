"""Publishes what it reads from standard input with pika: publish.py EXCHANGE ROUTING_KEY MESSAGE_ID"""

import os
import sys

import pika

exchange, routing_key, message_id = sys.argv[1:]
connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER_URL"]))
channel = connection.channel()
channel.confirm_delivery()
properties = pika.BasicProperties(
    content_type="application/cloudevents+json",
    message_id=message_id,
    delivery_mode=2,
    timestamp=1700000000,
    headers={"attempt": 3, "name": "käse", "ok": True, "nothing": None, "list": [1, "two"], "table": {"a": {"b": 1}}},
)
channel.basic_publish(exchange, routing_key, sys.stdin.buffer.read(), properties, mandatory=True)
connection.close()
