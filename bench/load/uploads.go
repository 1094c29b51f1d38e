package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
)

// Many uploads begun and left open. Among them: others are begun, get a part, are completed and aborted; pages of the list from anywhere.
func openUploads(g *generator, s settings) {
	limit := bounds{s.connections, s.duration, s.operations}
	ids := make([]string, s.keys)
	must(g.run("begin", bounds{fillConnections, 0, int64(s.keys)}, func(c *conn, index int64) (n int64, err error) {
		ids[index], err = g.beginOn(c, keyOf(s, index))
		return 0, err
	}))
	key := keyOf(s, 0)
	must(g.run("part-among", limit, func(c *conn, index int64) (int64, error) {
		_, err := g.putBody(c, key, partQuery(ids[0], 1+index%10_000), bodyOf(key, s.size))
		return s.size, err
	}))
	g.listUploads(limit, s)
	g.passingUploads(s)
}

func (g *generator) listUploads(limit bounds, s settings) {
	var entries atomic.Int64
	p := g.run("list-uploads", limit, func(c *conn, _ int64) (int64, error) {
		answer, err := c.do(&request{method: "GET", path: "/" + g.bucket, payloadHash: emptySha256, keep: true,
			query: "key-marker=" + escape(keyOf(s, rand.Int64N(int64(s.keys)))) + "&max-uploads=100&prefix=" + escape(s.prefix+"/") + "&uploads="})
		if err == nil {
			entries.Add(int64(bytes.Count(answer.bytes, []byte("<Upload>"))))
		}
		return 0, err
	})
	p.Entries = entries.Load()
	must(p)
}

// So many uploads are begun and ended among those that stay open: half of them completed, half aborted.
const passingUploads = 4000

func (g *generator) passingUploads(s settings) {
	const half = passingUploads / 2
	ids := make([]string, passingUploads)
	etags := make([]string, half)
	key := func(index int64) string { return fmt.Sprintf("%s-more/%d", s.prefix, index) }
	each := func(name string, count int64, do func(c *conn, index int64) error) {
		must(g.run(name, bounds{s.connections, 0, count}, func(c *conn, index int64) (int64, error) {
			return 0, do(c, index)
		}))
	}
	each("begin-more", passingUploads, func(c *conn, index int64) (err error) {
		ids[index], err = g.beginOn(c, key(index))
		return err
	})
	each("parts-more", half, func(c *conn, index int64) (err error) {
		etags[index], err = g.putBody(c, key(index), partQuery(ids[index], 1), bodyOf(key(index), s.size))
		return err
	})
	each("complete-among", half, func(c *conn, index int64) error {
		return g.finishOn(c, key(index), ids[index], etags[index:index+1])
	})
	each("abort-among", half, func(c *conn, index int64) error {
		return g.abortOn(c, key(half+index), ids[half+index])
	})
}
