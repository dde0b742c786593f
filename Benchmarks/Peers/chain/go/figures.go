package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// CLOCK_MONOTONIC in nanoseconds, the same for all processes; package time keeps its own to itself.
func monotonic() int64 {
	const clockMonotonic = 1
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func processorTime() time.Duration {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// VmHWM is the peak of the resident set. Not ru_maxrss, which a process inherits from the one that started it.
func megabytes(name string) float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == name+":" {
			kilobytes, _ := strconv.ParseFloat(words[1], 64)
			return kilobytes / 1024
		}
	}
	return 0
}

type figures struct {
	begin int64
	cpu   time.Duration
}

// Tells that it is ready; what it uses counts from now on.
func beginFigures() (figures, error) {
	if err := os.WriteFile(os.Getenv("READY"), nil, 0o644); err != nil {
		return figures{}, err
	}
	return figures{begin: monotonic(), cpu: processorTime()}, nil
}

func (f figures) print(role string, count int) {
	end, cpu := monotonic(), processorTime()-f.cpu
	fmt.Printf(`{"role":"%s","who":"Go","msgs":%d,"begin_ns":%d,"end_ns":%d,"cpu_us_per_msg":%.3f,`+
		`"rss_mb":%.1f,"rss_anon_mb":%.1f}`+"\n",
		role, count, f.begin, end, float64(cpu.Nanoseconds())/1e3/float64(count), megabytes("VmHWM"), megabytes("RssAnon"))
}

func writeLatencies(latencies []int64) error {
	file, err := os.Create(os.Getenv("LATENCIES"))
	if err != nil {
		return err
	}
	buffer := bufio.NewWriter(file)
	for _, each := range latencies {
		fmt.Fprintln(buffer, each)
	}
	if err := buffer.Flush(); err != nil {
		return err
	}
	return file.Close()
}
