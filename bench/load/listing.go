package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Pages of all keys in sequence, then pages from anywhere side by side, then the prefixes by a delimiter.
func list(g *generator, s settings) {
	fill(g, s)
	g.listAll("list-sequence", s, "", int64(s.keys))
	var entries atomic.Int64
	p := g.run("list-parallel", bounds{s.connections, s.duration, s.operations}, func(c *conn, _ int64) (int64, error) {
		found, _, err := g.page(c, page{prefix: s.prefix + "/", after: keyOf(s, rand.Int64N(int64(s.keys)))})
		entries.Add(found)
		return 0, err
	})
	p.Entries = entries.Load()
	if s.prefixes > 0 {
		g.listAll("list-delimiter", s, "/", int64(s.prefixes))
	}
}

// Passes over the whole listing until the time is up; the first is always finished, and each must find everything.
func (g *generator) listAll(name string, s settings, delimiter string, want int64) {
	var entries, seen int64
	token, begun, passes := "", time.Now(), 0
	p := g.run(name, bounds{connections: 1}, func(c *conn, _ int64) (int64, error) {
		if passes > 0 && time.Since(begun) > s.duration {
			return 0, errEnough
		}
		found, next, err := g.page(c, page{prefix: s.prefix + "/", delimiter: delimiter, token: token})
		if err != nil {
			return 0, err
		}
		entries, seen, token = entries+found, seen+found, next
		if next == "" {
			if seen != want {
				return 0, fmt.Errorf("%d entries instead of %d", seen, want)
			}
			passes, seen = passes+1, 0
		}
		return 0, nil
	})
	p.Entries = entries
	must(p)
}

type page struct{ prefix, delimiter, token, after string }

func (g *generator) page(c *conn, p page) (entries int64, next string, err error) {
	query := "list-type=2&max-keys=1000&prefix=" + escape(p.prefix)
	if p.after != "" {
		query += "&start-after=" + escape(p.after)
	}
	if p.token != "" {
		query = "continuation-token=" + escape(p.token) + "&" + query
	}
	if p.delimiter != "" {
		query = strings.Replace(query, "list-type", "delimiter="+escape(p.delimiter)+"&list-type", 1)
	}
	answer, err := c.do(&request{method: "GET", path: "/" + g.bucket, query: query, payloadHash: emptySha256, keep: true})
	if err != nil {
		return 0, "", err
	}
	entries = int64(bytes.Count(answer.bytes, []byte("<Key>")) + bytes.Count(answer.bytes, []byte("<CommonPrefixes>")))
	if element(answer.bytes, "IsTruncated") == "true" {
		next = element(answer.bytes, "NextContinuationToken")
	}
	return entries, next, nil
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
