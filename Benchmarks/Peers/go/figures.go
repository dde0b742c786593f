package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Time and processor time of all threads, as differences, and latencies of single messages.
type measured struct {
	wall, cpu time.Duration
	latencies []time.Duration
}

func measure(work func()) measured {
	start, used := time.Now(), cpuTime()
	work()
	return measured{wall: time.Since(start), cpu: cpuTime() - used}
}

func cpuTime() time.Duration {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used), "getrusage")
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func (result measured) print(name string, count int) {
	fmt.Printf(`{"case":"%s","who":"Go","msgs":%d,"msgs_per_s":%.0f,"cpu_us_per_msg":%.3f,"rss_mb":%.1f}`+"\n",
		name, count, float64(count)/result.wall.Seconds(), result.cpu.Seconds()*1e6/float64(count), peakMegabytes())
}

func (result measured) writeLatencies() {
	path := os.Getenv("LATENCIES")
	if path == "" || len(result.latencies) == 0 {
		return
	}
	file, err := os.Create(path)
	check(err, "the latencies")
	lines := bufio.NewWriter(file)
	for _, latency := range result.latencies {
		fmt.Fprintln(lines, latency.Nanoseconds())
	}
	check(lines.Flush(), "the latencies")
	check(file.Close(), "the latencies")
}

// The peak of the resident set. Not ru_maxrss, which a process inherits from the one that started it.
func peakMegabytes() float64 {
	status, err := os.ReadFile("/proc/self/status")
	check(err, "reading the memory")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	check(err, "reading the memory")
	return kilobytes / 1024
}
