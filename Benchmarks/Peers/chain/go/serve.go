package main

import (
	"encoding/json"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

type service struct {
	out       *publisher
	kept      *store
	unacked   map[uint64]amqp.Delivery // by the tag of what was published for it
	taken     int
	latencies []int64
}

func serve(out *publisher, kept *store, count int) error {
	s := &service{out: out, kept: kept, unacked: map[uint64]amqp.Delivery{}}
	if err := out.channel.Qos(prefetch, 0, false); err != nil {
		return err
	}
	deliveries, err := out.channel.Consume("chain."+out.role, "", false, false, false, false, nil)
	if err != nil {
		return err
	}
	measured, err := beginFigures()
	if err != nil {
		return err
	}
	for s.taken < count || len(s.unacked) > 0 {
		select {
		case delivery, open := <-deliveries:
			if !open {
				return fmt.Errorf("the broker ended the consumer")
			}
			err = s.handle(delivery)
		case confirm := <-out.confirms:
			err = s.ack(confirm)
		}
		if err != nil {
			return err
		}
	}
	measured.print(out.role, count)
	if out.key != "" {
		return nil
	}
	return writeLatencies(s.latencies)
}

func (s *service) handle(delivery amqp.Delivery) error {
	var heard event
	if err := json.Unmarshal(delivery.Body, &heard); err != nil {
		return err
	}
	isNew, err := s.kept.applyOnce(delivery.MessageId, heard.Data)
	if err != nil {
		return err
	}
	if !isNew {
		return delivery.Ack(false)
	}
	s.taken++
	if s.out.key == "" {
		s.latencies = append(s.latencies, monotonic()-heard.Data.PlacedNs)
		return delivery.Ack(false)
	}
	tag, err := s.out.publish(heard.Data)
	s.unacked[tag] = delivery
	return err
}

func (s *service) ack(confirm amqp.Confirmation) error {
	if err := s.out.check(confirm); err != nil {
		return err
	}
	delivery := s.unacked[confirm.DeliveryTag]
	delete(s.unacked, confirm.DeliveryTag)
	return delivery.Ack(false)
}
