package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// operation does one thing on a worker's connection and tells how many bytes of objects it moved; index counts all workers' operations.
type operation func(c *conn, index int64) (bytes int64, err error)

type phase struct {
	Name       string  `json:"name"`
	Operations int64   `json:"operations"`
	Bytes      int64   `json:"bytes"`
	Seconds    float64 `json:"seconds"`
	P50Millis  float64 `json:"p50Millis"`
	P99Millis  float64 `json:"p99Millis"`
	MaxMillis  float64 `json:"maxMillis"`
	Errors     int64   `json:"errors"`
	Error      string  `json:"error,omitempty"`
	// Of the server, in this phase.
	CPUSeconds float64 `json:"cpuSeconds"`
	PeakBytes  int64   `json:"peakBytes"`
	// What else was counted, listed keys for example.
	Entries int64 `json:"entries,omitempty"`
}

type bounds struct {
	connections int
	// The phase ends after so long or so many operations, whichever comes first; zero is no bound.
	duration   time.Duration
	operations int64
}

// errEnough ends a worker from within its operation.
var errEnough = errors.New("enough")

// A server may answer before it has paid for an operation; what it does in this time after a phase is counted too.
const settle = 300 * time.Millisecond

func (g *generator) run(name string, limit bounds, do operation) *phase {
	w := startWatch(g.pid)
	p := &phase{Name: name}
	var next, bytes, failures atomic.Int64
	var firstError atomic.Pointer[string]
	times := make([][]time.Duration, limit.connections)
	cpuBefore, begun := w.cpuSeconds(), time.Now()
	var workers sync.WaitGroup
	for id := range limit.connections {
		workers.Add(1)
		go func() {
			defer workers.Done()
			c := g.connection(id)
			for limit.duration == 0 || time.Since(begun) < limit.duration {
				index := next.Add(1) - 1
				if limit.operations > 0 && index >= limit.operations {
					return
				}
				start := time.Now()
				n, err := do(c, index)
				if err == errEnough {
					return
				}
				times[id] = append(times[id], time.Since(start))
				bytes.Add(n)
				if err != nil {
					text := err.Error()
					firstError.CompareAndSwap(nil, &text)
					if failures.Add(1) > 100 {
						return
					}
				}
			}
		}()
	}
	workers.Wait()
	p.Seconds = time.Since(begun).Seconds()
	if g.pid != 0 {
		time.Sleep(settle)
		p.CPUSeconds = w.cpuSeconds() - cpuBefore
		w.look()
		p.PeakBytes = w.peakBytes.Load()
	}
	close(w.stop)
	p.Bytes, p.Errors = bytes.Load(), failures.Load()
	if text := firstError.Load(); text != nil {
		p.Error = *text
	}
	p.summarise(slices.Concat(times...))
	g.phases = append(g.phases, p)
	return p
}

func (p *phase) summarise(times []time.Duration) {
	p.Operations = int64(len(times))
	if len(times) == 0 {
		return
	}
	slices.Sort(times)
	millis := func(share float64) float64 {
		at := min(int(share*float64(len(times))), len(times)-1)
		return float64(times[at].Microseconds()) / 1000
	}
	p.P50Millis, p.P99Millis, p.MaxMillis = millis(0.5), millis(0.99), millis(1)
}

// must stops where a phase that prepares another one has failed.
func must(p *phase) {
	if p.Errors > 0 {
		panic(fmt.Errorf("%s: %d errors, the first: %s", p.Name, p.Errors, p.Error))
	}
}
