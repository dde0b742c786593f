package main

func consume(count int) measured {
	channel := openChannel()
	setPrefetch(channel)
	return measure(func() {
		deliveries := startConsuming(channel)
		for received := 0; received < count; received++ {
			delivery := take(deliveries)
			check(delivery.Ack(false), "acknowledging")
		}
	})
}
