// load puts a measured load on an S3 server and prints what it saw as one line of JSON. It is a program of its own,
// compiled, one connection for each worker, so that it is never what is measured. Standard library only.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

type generator struct {
	host        string
	timeout     time.Duration
	signer      *signer
	bucket      string
	hash        string
	pid         int
	connections map[int]*conn
	idle        []*conn
	phases      []*phase
}

func (g *generator) connection(id int) *conn {
	return g.connections[id]
}

type settings struct {
	size, partSize             int64
	connections                int
	duration                   time.Duration
	operations                 int64
	keys, prefixes, partsCount int
	idle                       int
	prefix                     string
}

func main() {
	var s settings
	g := &generator{signer: &signer{}, connections: map[int]*conn{}}
	names := make([]string, 0, len(workloads))
	for _, all := range []map[string]func(*generator, settings){workloads, limits} {
		for name := range all {
			names = append(names, name)
		}
	}
	flag.StringVar(&g.host, "host", "127.0.0.1:9000", "address of the server; loopback only")
	flag.StringVar(&g.bucket, "bucket", "bench", "bucket, made when it is not there")
	flag.StringVar(&g.signer.region, "region", "us-east-1", "region of the signatures")
	flag.StringVar(&g.hash, "payload", "unsigned", "unsigned | sha256: how bodies are signed")
	flag.IntVar(&g.pid, "pid", 0, "the server's process: CPU time and memory of its tree are told")
	flag.DurationVar(&g.timeout, "timeout", 5*time.Minute, "bound of one request")
	flag.Int64Var(&s.size, "size", 4096, "bytes of an object or part")
	flag.Int64Var(&s.partSize, "part-size", 8<<20, "bytes of a part of a whole upload")
	flag.IntVar(&s.connections, "connections", 1, "workers, each with one connection")
	flag.DurationVar(&s.duration, "duration", 0, "bound of a phase")
	flag.Int64Var(&s.operations, "operations", 0, "bound of a phase")
	flag.IntVar(&s.keys, "keys", 0, "objects that a reading workload finds")
	flag.IntVar(&s.prefixes, "prefixes", 0, "common prefixes")
	flag.IntVar(&s.partsCount, "parts", 1000, "parts of one upload")
	flag.IntVar(&s.idle, "idle", 0, "further connections, each of which asked once and then stays open")
	flag.StringVar(&s.prefix, "prefix", "k", "what keys begin with")
	workload := ""
	if len(os.Args) > 1 {
		workload = os.Args[1]
	}
	run := runs(workload)
	if run == nil {
		fmt.Fprintf(os.Stderr, "usage: load %s [flags]; the pair of keys comes in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n", strings.Join(names, "|"))
		os.Exit(2)
	}
	_ = flag.CommandLine.Parse(os.Args[2:])
	g.signer.accessKeyID, g.signer.secretAccessKey = os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	refuseNetwork(g.host)
	fillPool()
	for id := range max(s.connections, fillConnections) {
		g.connections[id] = newConn(g.host, g.timeout, g.signer)
	}
	problem := guarded(func() { run(g, s) })
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"workload": workload, "phases": g.phases, "error": problem})
	if problem != "" {
		os.Exit(1)
	}
}

// runs is what a workload does; nil where none is called so.
func runs(workload string) func(*generator, settings) {
	if run := limits[workload]; run != nil {
		return run
	}
	run := workloads[workload]
	if run == nil {
		return nil
	}
	return func(g *generator, s settings) {
		g.makeBucket()
		g.openIdle(s.idle)
		run(g, s)
	}
}

func guarded(run func()) (problem string) {
	defer func() {
		if thrown := recover(); thrown != nil {
			problem = fmt.Sprint(thrown)
		}
	}()
	run()
	return ""
}

func refuseNetwork(host string) {
	name, _, err := net.SplitHostPort(host)
	if ip := net.ParseIP(name); err == nil && (name == "localhost" || ip != nil && ip.IsLoopback()) {
		return
	}
	fmt.Fprintln(os.Stderr, "load goes to loopback addresses only, e.g. 127.0.0.1:9000")
	os.Exit(2)
}

func (g *generator) makeBucket() {
	_, err := g.connection(0).do(&request{method: "PUT", path: "/" + g.bucket, payloadHash: emptySha256, keep: true})
	if err != nil && !strings.HasPrefix(err.Error(), "409") {
		panic(err)
	}
}

// openIdle opens connections that stay to the end and ask nothing more.
func (g *generator) openIdle(count int) {
	for range count {
		c := newConn(g.host, g.timeout, g.signer)
		if _, err := c.do(&request{method: "HEAD", path: "/" + g.bucket, payloadHash: emptySha256}); err != nil {
			panic(err)
		}
		g.idle = append(g.idle, c)
	}
}
