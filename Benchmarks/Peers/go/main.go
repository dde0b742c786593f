// The cases on amqp091-go: PROGRAM CASE COUNT, the broker in AMQP_URL; Benchmarks/README.md says what is printed.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

const limit = 300 * time.Second

var cases = map[string]func(count int) measured{
	"publish":     publish,
	"publish-one": publishOne,
	"consume":     consume,
	"one-way":     oneWay,
}

func main() {
	if len(os.Args) != 3 {
		fail("usage: CASE COUNT")
	}
	run, known := cases[os.Args[1]]
	count, err := strconv.Atoi(os.Args[2])
	if !known || err != nil || count < 1 {
		fail("usage: publish|publish-one|consume|one-way COUNT")
	}
	// Nothing here waits for good.
	time.AfterFunc(limit, func() { fail("no result after %v", limit) })
	result := run(count)
	result.print(os.Args[1], count)
	result.writeLatencies()
}

func fail(format string, words ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", words...)
	os.Exit(1)
}

func check(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}
