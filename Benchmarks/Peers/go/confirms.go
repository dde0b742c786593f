package main

import amqp "github.com/rabbitmq/amqp091-go"

// What is unconfirmed, by NotifyPublish. Not by DeferredConfirmation: the library registers one only after its message
// was sent, and the confirm that comes in between is lost.
type confirms struct {
	inFlight  int
	confirmed chan amqp.Confirmation
	returned  chan amqp.Return
}

// The library blocks when a Go channel is full, so a whole window fits.
func selectConfirms(channel *amqp.Channel) *confirms {
	check(channel.Confirm(false), "turning confirms on")
	return &confirms{
		confirmed: channel.NotifyPublish(make(chan amqp.Confirmation, window)),
		returned:  channel.NotifyReturn(make(chan amqp.Return, window)),
	}
}

// The library reports each message singly and in order.
func (confirms *confirms) await() {
	confirmation, open := <-confirms.confirmed
	if !open || !confirmation.Ack {
		fail("the broker closed the channel or refused a message")
	}
	if len(confirms.returned) > 0 {
		fail("the broker returned a message: no queue")
	}
	confirms.inFlight--
}

func (confirms *confirms) awaitRoom() {
	for confirms.inFlight == window {
		confirms.await()
	}
}

func (confirms *confirms) awaitAll() {
	for confirms.inFlight > 0 {
		confirms.await()
	}
}
