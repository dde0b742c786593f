package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	exchange = "bench.events"
	window   = 256
	prefetch = 64
)

// A role's connection and channel. Confirms come by NotifyPublish: in 1.5.0 a DeferredConfirmation can wait for good,
// when the confirm is there before the library has noted the publishing.
type publisher struct {
	role, key  string
	connection *amqp.Connection
	channel    *amqp.Channel
	confirms   chan amqp.Confirmation
	returns    chan amqp.Return
}

func connect(role, key string) (*publisher, error) {
	connection, err := amqp.Dial(os.Getenv("AMQP_URL"))
	if err != nil {
		return nil, err
	}
	channel, err := connection.Channel()
	if err != nil {
		return nil, err
	}
	if err := channel.Confirm(false); err != nil {
		return nil, err
	}
	return &publisher{
		role: role, key: key, connection: connection, channel: channel,
		// As long as the window: the library waits for whoever does not take what it notifies of.
		confirms: channel.NotifyPublish(make(chan amqp.Confirmation, window)),
		returns:  channel.NotifyReturn(make(chan amqp.Return, window)),
	}, nil
}

// Returns the publishing's tag.
func (p *publisher) publish(about order) (uint64, error) {
	said := newEvent(p.role, p.key, about)
	body, err := json.Marshal(said)
	if err != nil {
		return 0, err
	}
	tag := p.channel.GetNextPublishSeqNo()
	return tag, p.channel.PublishWithContext(context.Background(), exchange, p.key, true, false, amqp.Publishing{
		ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: said.ID, Body: body,
	})
}

// A return comes before its confirm.
func (p *publisher) check(confirm amqp.Confirmation) error {
	if !confirm.Ack {
		return fmt.Errorf("the broker refused a message, or closed the channel")
	}
	if len(p.returns) > 0 {
		return fmt.Errorf("the broker returned a message: no queue")
	}
	return nil
}
