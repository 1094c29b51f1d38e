package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// watch reads what the processes of a server use, from /proc: all that descend from its first one.
type watch struct {
	root      int
	peakBytes atomic.Int64
	stop      chan struct{}
}

func startWatch(root int) *watch {
	w := &watch{root: root, stop: make(chan struct{})}
	if root == 0 {
		return w
	}
	go func() {
		for {
			select {
			case <-w.stop:
				return
			case <-time.After(50 * time.Millisecond):
				w.look()
			}
		}
	}()
	return w
}

func (w *watch) look() {
	var sum int64
	for _, pid := range w.tree() {
		sum += residentBytes(pid)
	}
	for {
		peak := w.peakBytes.Load()
		if sum <= peak || w.peakBytes.CompareAndSwap(peak, sum) {
			return
		}
	}
}

// cpuSeconds is user and system time of all processes, from the clock that Linux keeps for each: /proc tells hundredths only.
func (w *watch) cpuSeconds() float64 {
	var seconds float64
	for _, pid := range w.tree() {
		var time syscall.Timespec
		// As clock_getcpuclockid(3) makes it: the process in the upper bits, 2 for the time that it ran.
		clock := uintptr(^pid<<3 | 2)
		_, _, failed := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&time)), 0)
		if failed == 0 {
			seconds += float64(time.Nano()) / 1e9
		}
	}
	return seconds
}

func (w *watch) tree() []int {
	if w.root == 0 {
		return nil
	}
	found := []int{w.root}
	for at := 0; at < len(found); at++ {
		lists, _ := filepath.Glob("/proc/" + strconv.Itoa(found[at]) + "/task/*/children")
		for _, list := range lists {
			text, _ := os.ReadFile(list)
			for _, field := range strings.Fields(string(text)) {
				if pid, err := strconv.Atoi(field); err == nil {
					found = append(found, pid)
				}
			}
		}
	}
	return found
}

func residentBytes(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
