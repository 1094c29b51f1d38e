package main

import (
	"fmt"
	"math/rand/v2"
)

// Every so many GETs are compared byte for byte; the length of all is checked.
const compareEvery = 8

func get(g *generator, s settings) {
	fill(g, s)
	g.run("get", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		return s.size, g.getOne(c, keyOf(s, rand.Int64N(int64(s.keys))), s.size, index)
	})
}

func (g *generator) getOne(c *conn, key string, size, index int64) error {
	r := &request{method: "GET", path: g.path(key), payloadHash: emptySha256}
	b := bodyOf(key, size)
	if index%compareEvery == 0 {
		r.check = &b
	}
	answer, err := c.do(r)
	if err == nil && answer.length != size {
		err = fmt.Errorf("%d bytes of %s instead of %d", answer.length, key, size)
	}
	return err
}

// Whole objects, few bytes of each, and nothing but their heads.
func read(g *generator, s settings) {
	fill(g, s)
	if s.size >= clearedSize {
		// From memory at every size: what comes from the disk for the first time costs more, and of large ones that would be all.
		must(g.run("warm", bounds{s.connections, 0, int64(s.keys)}, func(c *conn, index int64) (int64, error) {
			return s.size, g.getOne(c, keyOf(s, index), s.size, index)
		}))
	}
	get(g, s)
	limit := bounds{s.connections, s.duration, s.operations}
	anyKey := func() string { return keyOf(s, rand.Int64N(int64(s.keys))) }
	g.ranges(limit, s.size, anyKey)
	must(g.run("head", limit, func(c *conn, _ int64) (int64, error) {
		return 0, g.headOne(c, anyKey(), "")
	}))
}

const rangeBytes = 4096

// ranges gets few bytes from anywhere in objects of `size` bytes.
func (g *generator) ranges(limit bounds, size int64, key func() string) {
	count := min(rangeBytes, size)
	must(g.run("get-range", limit, func(c *conn, _ int64) (int64, error) {
		from := rand.Int64N(size - count + 1)
		answer, err := c.do(&request{method: "GET", path: g.path(key()), payloadHash: emptySha256,
			rangeOf: fmt.Sprintf("bytes=%d-%d", from, from+count-1)})
		if err == nil && answer.length != count {
			err = fmt.Errorf("%d bytes of a range of %d", answer.length, count)
		}
		return count, err
	}))
}

func (g *generator) headOne(c *conn, key, query string) error {
	_, err := c.do(&request{method: "HEAD", path: g.path(key), query: query, payloadHash: emptySha256})
	return err
}

func (g *generator) has(key string) bool { return g.headOne(g.connection(0), key, "") == nil }
