package main

import (
	"bytes"
	"context"
	"os"
	"strconv"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	exchange = "bench.events"
	key      = "bench.message"
	queue    = "bench.in"
	window   = 256
	bodySize = 512
)

func openChannel() *amqp.Channel {
	connection, err := amqp.Dial(os.Getenv("AMQP_URL"))
	check(err, "connecting")
	channel, err := connection.Channel()
	check(err, "opening a channel")
	return channel
}

func newBody() []byte { return bytes.Repeat([]byte{'x'}, bodySize) }

func publishMessage(channel *amqp.Channel, number int, body []byte) {
	check(channel.PublishWithContext(context.Background(), exchange, key, true, false, amqp.Publishing{
		ContentType:  "text/plain",
		DeliveryMode: amqp.Persistent,
		MessageId:    strconv.Itoa(number),
		Body:         body,
	}), "publishing")
}

// Deliveries of the queue, to be acknowledged one by one. The channel closes when the broker's does.
func startConsuming(channel *amqp.Channel) <-chan amqp.Delivery {
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	check(err, "consuming")
	return deliveries
}

func setPrefetch(channel *amqp.Channel) { check(channel.Qos(window, 0, false), "setting the prefetch") }

func take(deliveries <-chan amqp.Delivery) amqp.Delivery {
	delivery, open := <-deliveries
	if !open {
		fail("the broker closed the channel")
	}
	if len(delivery.Body) != bodySize {
		fail("received %d bytes", len(delivery.Body))
	}
	return delivery
}
