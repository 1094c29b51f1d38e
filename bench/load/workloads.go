package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

var workloads = map[string]func(g *generator, s settings){
	"put":      put,
	"get":      get,
	"read":     read,
	"delete":   remove,
	"mixed":    mixed,
	"part":     part,
	"upload":   upload,
	"complete": complete,
	"copy":     copyObject,
	"partcopy": copyParts,
	"fill":     func(g *generator, s settings) { fill(g, s) },
	"list":     list,
	"uploads":  openUploads,
}

// What only prepares a measurement, or clears up after it, uses so many connections.
const fillConnections = 32

func (g *generator) path(key string) string { return "/" + g.bucket + "/" + key }

func (g *generator) putBody(c *conn, key, query string, b body) (string, error) {
	hash := unsignedPayload
	if g.hash == "sha256" {
		hash = sha256Hex(bytes.Join(b.pieces(), nil))
	}
	answer, err := c.do(&request{method: "PUT", path: g.path(key), query: query, payloadHash: hash, body: b})
	if err != nil {
		return "", err
	}
	if answer.etag == "" {
		return "", fmt.Errorf("no ETag for %s", key)
	}
	return answer.etag, nil
}

// keyOf spreads keys over the whole range of names, as real ones are, or evenly over the prefixes that were asked for.
func keyOf(s settings, index int64) string {
	if s.prefixes > 0 {
		return fmt.Sprintf("%s/%05d/%08d", s.prefix, index%int64(s.prefixes), index/int64(s.prefixes))
	}
	spread := uint64(index) * 0x9e3779b97f4a7c15
	return fmt.Sprintf("%s/%04x/%012d", s.prefix, uint16(spread>>48), index)
}

func (g *generator) putOne(c *conn, s settings, index int64) (int64, error) {
	key := keyOf(s, index)
	_, err := g.putBody(c, key, "", bodyOf(key, s.size))
	return s.size, err
}

// Objects from this size on do not stay when they were measured: the disk may not hold those of a long run.
const clearedSize = 1 << 20

func put(g *generator, s settings) {
	p := g.run("put", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		return g.putOne(c, s, index)
	})
	if s.size >= clearedSize {
		g.clear(p.Operations, func(index int64) string { return keyOf(s, index) })
	}
}

func (g *generator) clear(count int64, key func(index int64) string) {
	must(g.run("clear", bounds{fillConnections, 0, count}, func(c *conn, index int64) (int64, error) {
		return 0, g.removeOne(c, key(index))
	}))
}

func (g *generator) removeOne(c *conn, key string) error {
	_, err := c.do(&request{method: "DELETE", path: g.path(key), payloadHash: emptySha256})
	return err
}

// fill puts the keys that a workload finds; what an earlier one put under the same prefix serves again.
func fill(g *generator, s settings) {
	if g.has(keyOf(s, int64(s.keys)-1)) {
		return
	}
	must(g.run("fill", bounds{fillConnections, 0, int64(s.keys)}, func(c *conn, index int64) (int64, error) {
		return g.putOne(c, s, index)
	}))
}

const (
	// So many of the keys go one by one, the others in documents of as many as S3 takes.
	removedAlone      = 4
	removedAtOnce     = 1000
	removeConnections = 4
)

func remove(g *generator, s settings) {
	fill(g, s)
	alone := int64(s.keys / removedAlone)
	must(g.run("delete", bounds{s.connections, 0, alone}, func(c *conn, index int64) (int64, error) {
		return 0, g.removeOne(c, keyOf(s, index))
	}))
	rest := int64(s.keys) - alone
	documents := (rest + removedAtOnce - 1) / removedAtOnce
	p := g.run("delete-many", bounds{removeConnections, 0, documents}, func(c *conn, index int64) (int64, error) {
		from := alone + index*removedAtOnce
		return 0, g.removeMany(c, s, from, min(from+removedAtOnce, int64(s.keys)))
	})
	p.Entries = rest
	if g.has(keyOf(s, int64(s.keys)-1)) {
		panic("a deleted key is there")
	}
}

func (g *generator) removeMany(c *conn, s settings, from, until int64) error {
	var document strings.Builder
	document.WriteString("<Delete><Quiet>true</Quiet>")
	for index := from; index < until; index++ {
		document.WriteString("<Object><Key>" + keyOf(s, index) + "</Key></Object>")
	}
	document.WriteString("</Delete>")
	text := []byte(document.String())
	answer, err := c.do(&request{method: "POST", path: "/" + g.bucket, query: "delete=", payloadHash: sha256Hex(text), document: text, md5: true, keep: true})
	if err == nil && bytes.Contains(answer.bytes, []byte("<Error>")) {
		err = fmt.Errorf("not all deleted: %s", element(answer.bytes, "Code"))
	}
	return err
}

// Of 100 operations 45 are GET, 30 HEAD, 15 PUT and 10 put an object anew that another worker may be reading.
func mixed(g *generator, s settings) {
	fill(g, s)
	g.run("mixed", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		key := keyOf(s, rand.Int64N(int64(s.keys)))
		switch dice := rand.IntN(100); {
		case dice < 45:
			return s.size, g.getOne(c, key, s.size, index)
		case dice < 75:
			return 0, g.headOne(c, key, "")
		case dice < 90:
			key = keyOf(s, int64(s.keys)+index)
		}
		_, err := g.putBody(c, key, "", bodyOf(key, s.size))
		return s.size, err
	})
}
