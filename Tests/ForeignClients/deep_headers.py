"""Publishes a message whose headers are tables in tables: deep_headers.py QUEUE DEPTH

The frames are written by hand: no client library would make such a table.
"""

import os
import struct
import sys

import pika

queue, depth = sys.argv[1], int(sys.argv[2])
table = b""
for _ in range(depth):
    # A field with a name of one byte, of the type "table".
    table = b"\x01tF" + struct.pack(">I", len(table)) + table

connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER_URL"]))
channel = connection.channel()


class RawProperties(pika.BasicProperties):
    def encode(self):
        # Flags: headers only.
        return [struct.pack(">H", 1 << 13), struct.pack(">I", len(table)) + table]


channel.basic_publish("", queue, b"deep", RawProperties())
connection.close()
