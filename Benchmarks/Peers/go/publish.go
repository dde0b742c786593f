package main

import "time"

func publish(count int) measured {
	channel, body := openChannel(), newBody()
	confirms := selectConfirms(channel)
	return measure(func() {
		for number := 0; number < count; number++ {
			confirms.awaitRoom()
			publishMessage(channel, number, body)
			confirms.inFlight++
		}
		confirms.awaitAll()
	})
}

func publishOne(count int) measured {
	channel, body := openChannel(), newBody()
	confirms := selectConfirms(channel)
	latencies := make([]time.Duration, 0, count)
	result := measure(func() {
		for number := 0; number < count; number++ {
			begin := time.Now()
			publishMessage(channel, number, body)
			confirms.inFlight++
			confirms.awaitAll()
			latencies = append(latencies, time.Since(begin))
		}
	})
	result.latencies = latencies
	return result
}
