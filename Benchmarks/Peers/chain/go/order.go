package main

import (
	"os"
	"time"
)

const startPoll = 5 * time.Millisecond

func placeOrders(out *publisher, kept *store, count, rate int) error {
	measured, err := beginFigures()
	if err != nil {
		return err
	}
	for !exists(os.Getenv("START")) {
		time.Sleep(startPoll)
	}
	measured.begin = monotonic()
	confirmed := 0
	for number := 0; number < count; number++ {
		if rate > 0 {
			due := measured.begin + int64(number)*int64(time.Second)/int64(rate)
			time.Sleep(time.Duration(due - monotonic()))
		}
		// Those that are there, and one more where the window is full.
		for len(out.confirms) > 0 || number-confirmed == window {
			if err := out.check(<-out.confirms); err != nil {
				return err
			}
			confirmed++
		}
		placed := newOrder(monotonic())
		if err := kept.apply(placed); err != nil {
			return err
		}
		if _, err := out.publish(placed); err != nil {
			return err
		}
	}
	for ; confirmed < count; confirmed++ {
		if err := out.check(<-out.confirms); err != nil {
			return err
		}
	}
	measured.print(out.role, count)
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
