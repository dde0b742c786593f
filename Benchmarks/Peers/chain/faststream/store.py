"""What a role keeps: a table of its own and, in the same transaction, the ids of the messages it has taken in."""

import sqlite3


class Store:
    """`change` is the one statement of the role, with parameters named after an order's fields."""

    def __init__(self, path, schema, change):
        self._change = change
        self._database = sqlite3.connect(path)
        self._database.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE inbox (message_id TEXT PRIMARY KEY);"
        )
        self._database.executescript(schema)

    def apply(self, order):
        with self._database:
            self._database.execute(self._change, _parameters(order))

    def apply_once(self, message_id, order):
        """False: the inbox knew the message."""
        with self._database:
            taken = self._database.execute("INSERT OR IGNORE INTO inbox VALUES (?)", (message_id,))
            if taken.rowcount == 1:
                self._database.execute(self._change, _parameters(order))
            return taken.rowcount == 1


def _parameters(order):
    return {
        "order_id": order.order_id,
        "sku": order.sku,
        "quantity": order.quantity,
        "name": order.customer.name,
        "email": order.customer.email,
        "ship_to": order.ship_to,
    }
