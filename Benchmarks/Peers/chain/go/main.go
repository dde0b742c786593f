// The chain on amqp091-go, database/sql and encoding/json. It is pipelined: while confirms are outstanding it goes on to
// the next delivery, and it acks a delivery when what it published for it is confirmed.
//
//	PROGRAM chain order|inventory|shipping|notify COUNT RATE
//
// Benchmarks/README.md says what the variables are and what is printed.
package main

import (
	"fmt"
	"os"
	"strconv"
)

type role struct {
	schema, change string
	arguments      func(order) []any // of the change
	key            string            // of what it publishes, if it does
}

var roles = map[string]role{
	"order": {
		schema: "CREATE TABLE orders (order_id TEXT PRIMARY KEY, sku TEXT, quantity INTEGER, name TEXT, ship_to TEXT)",
		change: "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
		arguments: func(o order) []any {
			return []any{o.OrderID, o.SKU, o.Quantity, o.Customer.Name, o.ShipTo}
		},
		key: "order.created",
	},
	"inventory": {
		schema: "CREATE TABLE stock (sku TEXT PRIMARY KEY, quantity INTEGER); " +
			"INSERT INTO stock VALUES ('MUG', 1000000000)",
		change:    "UPDATE stock SET quantity = quantity - ? WHERE sku = ?",
		arguments: func(o order) []any { return []any{o.Quantity, o.SKU} },
		key:       "inventory.updated",
	},
	"shipping": {
		schema:    "CREATE TABLE shipments (order_id TEXT PRIMARY KEY, ship_to TEXT)",
		change:    "INSERT INTO shipments VALUES (?, ?)",
		arguments: func(o order) []any { return []any{o.OrderID, o.ShipTo} },
		key:       "shipping.started",
	},
	"notify": {
		schema:    "CREATE TABLE notifications (order_id TEXT PRIMARY KEY, email TEXT)",
		change:    "INSERT INTO notifications VALUES (?, ?)",
		arguments: func(o order) []any { return []any{o.OrderID, o.Customer.Email} },
	},
}

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	usage := fmt.Errorf("usage: chain order|inventory|shipping|notify COUNT RATE")
	if len(words) != 5 || words[1] != "chain" {
		return usage
	}
	name := words[2]
	of, known := roles[name]
	count, err := strconv.Atoi(words[3])
	if !known || err != nil || count < 1 {
		return usage
	}
	rate, err := strconv.Atoi(words[4])
	if err != nil || rate < 0 {
		return usage
	}
	kept, err := openStore(os.Getenv("DATABASE"), of)
	if err != nil {
		return err
	}
	out, err := connect(name, of.key)
	if err != nil {
		return err
	}
	defer out.connection.Close()
	if name == "order" {
		return placeOrders(out, kept, count, rate)
	}
	return serve(out, kept, count)
}
