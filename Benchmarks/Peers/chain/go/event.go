package main

import (
	"time"

	"github.com/google/uuid"
)

type customer struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// What travels down the chain; everybody passes it on.
type order struct {
	OrderID  string   `json:"order_id"`
	PlacedNs int64    `json:"placed_ns"`
	SKU      string   `json:"sku"`
	Quantity int      `json:"quantity"`
	Customer customer `json:"customer"`
	ShipTo   string   `json:"ship_to"`
	Note     string   `json:"note"`
}

type event struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	CorrelationID   string    `json:"correlationid"`
	Data            order     `json:"data"`
}

func newOrder(placedNs int64) order {
	return order{
		OrderID: uuid.NewString(), PlacedNs: placedNs, SKU: "MUG", Quantity: 2,
		Customer: customer{Name: "Ada Lovelace", Email: "ada@example.org"},
		ShipTo:   "12 St James's Square", Note: "xxxxxxxx",
	}
}

// What a role says about an order.
func newEvent(role, key string, about order) event {
	return event{
		SpecVersion: "1.0", ID: uuid.NewString(), Source: "/bench/" + role, Type: "bench." + key + ".v1",
		Subject: about.OrderID, Time: time.Now().UTC(), DataContentType: "application/json",
		CorrelationID: about.OrderID, Data: about,
	}
}
