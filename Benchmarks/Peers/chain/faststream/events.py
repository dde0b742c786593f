"""The CloudEvents of the chain, as pydantic models."""

from datetime import UTC, datetime
from uuid import uuid4

from pydantic import BaseModel, Field


def new_id():
    return str(uuid4())


class Customer(BaseModel):
    name: str = "Ada Lovelace"
    email: str = "ada@example.org"


class Order(BaseModel):
    order_id: str = Field(default_factory=new_id)
    placed_ns: int
    sku: str = "MUG"
    quantity: int = 2
    customer: Customer = Field(default_factory=Customer)
    ship_to: str = "12 St James's Square"
    note: str = "x" * 8


class Event(BaseModel):
    specversion: str = "1.0"
    id: str = Field(default_factory=new_id)
    source: str
    type: str
    subject: str
    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: str = "application/json"
    correlationid: str
    data: Order

    @classmethod
    def of(cls, role, key, order):
        """What a role says about an order."""
        return cls(
            source=f"/bench/{role}",
            type=f"bench.{key}.v1",
            subject=order.order_id,
            correlationid=order.order_id,
            data=order,
        )
