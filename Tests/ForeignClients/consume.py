"""Takes one message with pika and prints it as JSON: consume.py QUEUE"""

import json
import os
import sys

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER_URL"]))
channel = connection.channel()
for method, properties, body in channel.consume(sys.argv[1], inactivity_timeout=10):
    if method is None:
        sys.exit("no message came")
    channel.basic_ack(method.delivery_tag)
    print(
        json.dumps(
            {
                "body": body.decode(),
                "routing_key": method.routing_key,
                "content_type": properties.content_type,
                "message_id": properties.message_id,
                "delivery_mode": properties.delivery_mode,
                "timestamp": properties.timestamp,
                "headers": properties.headers,
            }
        )
    )
    break
channel.cancel()
connection.close()
