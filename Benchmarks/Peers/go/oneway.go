package main

import (
	"encoding/binary"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const pace = time.Millisecond

// The moments in the bodies are durations since this one, by the monotonic clock.
var epoch = time.Now()

// A goroutine that sends at a steady pace, confirmed, and one that receives, each with a connection of its own.
func oneWay(count int) measured {
	sending, receiving := openChannel(), openChannel()
	confirms := selectConfirms(sending)
	setPrefetch(receiving)
	deliveries := startConsuming(receiving)
	latencies := make([]time.Duration, 0, count)
	result := measure(func() {
		sent := make(chan struct{})
		go func() {
			sendPaced(sending, confirms, count)
			close(sent)
		}()
		for received := 0; received < count; received++ {
			delivery := take(deliveries)
			begin := time.Duration(binary.BigEndian.Uint64(delivery.Body))
			latencies = append(latencies, time.Since(epoch)-begin)
			check(delivery.Ack(false), "acknowledging")
		}
		<-sent
	})
	result.latencies = latencies
	return result
}

// After a delay it catches up.
func sendPaced(channel *amqp.Channel, confirms *confirms, count int) {
	body, start := newBody(), time.Now()
	for number := 0; number < count; number++ {
		time.Sleep(time.Until(start.Add(time.Duration(number) * pace)))
		confirms.awaitRoom()
		binary.BigEndian.PutUint64(body, uint64(time.Since(epoch)))
		publishMessage(channel, number, body)
		confirms.inFlight++
	}
	confirms.awaitAll()
}
