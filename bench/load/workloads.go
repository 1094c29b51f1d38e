package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sort"
	"strings"
	"sync/atomic"
	"time"
)

var workloads = map[string]func(g *generator, s settings){
	"put":      put,
	"get":      get,
	"delete":   remove,
	"mixed":    mixed,
	"part":     part,
	"upload":   upload,
	"complete": complete,
	"copy":     copyObject,
	"partcopy": copyParts,
	"fill":     func(g *generator, s settings) { fill(g, s) },
	"list":     list,
}

// What only prepares a measurement uses so many connections.
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

// keyOf spreads keys over the whole range of names, as real ones are.
func keyOf(s settings, index int64) string {
	spread := uint64(index) * 0x9e3779b97f4a7c15
	return fmt.Sprintf("%s/%04x/%012d", s.prefix, uint16(spread>>48), index)
}

func put(g *generator, s settings) {
	g.run("put", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		key := keyOf(s, index)
		_, err := g.putBody(c, key, "", bodyOf(key, s.size))
		return s.size, err
	})
}

func fill(g *generator, s settings) *phase {
	p := g.run("fill", bounds{fillConnections, 0, int64(s.keys)}, func(c *conn, index int64) (int64, error) {
		key := keyOf(s, index)
		if s.prefixes > 0 {
			key = fmt.Sprintf("%s/%05d/%08d", s.prefix, index%int64(s.prefixes), index/int64(s.prefixes))
		}
		_, err := g.putBody(c, key, "", bodyOf(key, s.size))
		return s.size, err
	})
	must(p)
	return p
}

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

func remove(g *generator, s settings) {
	fill(g, s)
	g.run("delete", bounds{s.connections, 0, int64(s.keys)}, func(c *conn, index int64) (int64, error) {
		_, err := c.do(&request{method: "DELETE", path: g.path(keyOf(s, index)), payloadHash: emptySha256})
		return 0, err
	})
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
			_, err := c.do(&request{method: "HEAD", path: g.path(key), payloadHash: emptySha256})
			return 0, err
		case dice < 90:
			key = keyOf(s, int64(s.keys)+index)
		}
		_, err := g.putBody(c, key, "", bodyOf(key, s.size))
		return s.size, err
	})
}

func (g *generator) begin(key string) string {
	answer, err := g.connection(0).do(&request{method: "POST", path: g.path(key), query: "uploads=", payloadHash: emptySha256, keep: true})
	if err != nil {
		panic(err)
	}
	id := element(answer.bytes, "UploadId")
	if id == "" {
		panic("no UploadId")
	}
	return id
}

func (g *generator) abort(key, id string) {
	_, _ = g.connection(0).do(&request{method: "DELETE", path: g.path(key), query: "uploadId=" + url.QueryEscape(id), payloadHash: emptySha256})
}

func partQuery(id string, number int64) string {
	return fmt.Sprintf("partNumber=%d&uploadId=%s", number, url.QueryEscape(id))
}

// The parts of one open upload, replaced again and again when the numbers run out.
func part(g *generator, s settings) {
	key := s.prefix + "/part"
	id := g.begin(key)
	defer g.abort(key, id)
	g.run("part", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		_, err := g.putBody(c, key, partQuery(id, 1+index%10_000), bodyOf(fmt.Sprint(key, index), s.size))
		return s.size, err
	})
}

func (g *generator) finish(key, id string, etags []string) error {
	var document strings.Builder
	document.WriteString("<CompleteMultipartUpload>")
	for at, etag := range etags {
		fmt.Fprintf(&document, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", at+1, strings.ReplaceAll(etag, `"`, "&quot;"))
	}
	document.WriteString("</CompleteMultipartUpload>")
	text := []byte(document.String())
	answer, err := g.connection(0).do(&request{method: "POST", path: g.path(key), query: "uploadId=" + url.QueryEscape(id), payloadHash: sha256Hex(text), document: text, keep: true})
	// An error may come in a document that began with 200, so that a long wait has something to send.
	if err == nil && element(answer.bytes, "ETag") == "" {
		err = fmt.Errorf("not completed: %s", element(answer.bytes, "Code"))
	}
	return err
}

func (g *generator) complete(key, id string, etags []string) {
	must(g.run("complete", bounds{1, 0, 1}, func(*conn, int64) (int64, error) { return 0, g.finish(key, id, etags) }))
}

// One whole upload of `size` bytes: parts side by side, then Complete.
func upload(g *generator, s settings) {
	key := s.prefix + "/upload"
	id := g.begin(key)
	count := (s.size + s.partSize - 1) / s.partSize
	etags := make([]string, count)
	must(g.run("parts", bounds{s.connections, 0, count}, func(c *conn, index int64) (n int64, err error) {
		n = min(s.partSize, s.size-index*s.partSize)
		etags[index], err = g.putBody(c, key, partQuery(id, index+1), bodyOf(fmt.Sprint(key, index), n))
		return n, err
	}))
	g.complete(key, id, etags)
}

const smallestPart = 5 << 20

// Complete of many parts. They are copies of one object where the server copies cheaply, so that it is not the disk that fills.
func complete(g *generator, s settings) {
	source := s.prefix + "/source"
	if _, err := g.putBody(g.connection(0), source, "", bodyOf(source, smallestPart)); err != nil {
		panic(err)
	}
	key := s.prefix + "/many"
	id := g.begin(key)
	etags := make([]string, s.partsCount)
	must(g.run("copies", bounds{fillConnections, 0, int64(s.partsCount)}, func(c *conn, index int64) (n int64, err error) {
		etags[index], err = g.copyPart(c, partCopy{source, key, id, index + 1, ""})
		return 0, err
	}))
	g.complete(key, id, etags)
}

type partCopy struct {
	source, key, id string
	number          int64
	rangeOf         string
}

func (g *generator) copyPart(c *conn, p partCopy) (string, error) {
	answer, err := c.do(&request{method: "PUT", path: g.path(p.key), query: partQuery(p.id, p.number), payloadHash: emptySha256,
		copySource: "/" + g.bucket + "/" + p.source, copyRange: p.rangeOf, keep: true})
	if err != nil {
		return "", err
	}
	etag := element(answer.bytes, "ETag")
	if etag == "" {
		return "", fmt.Errorf("no ETag of a copied part: %s", element(answer.bytes, "Code"))
	}
	return etag, nil
}

func (g *generator) sourceOf(s settings) string {
	upload(g, s)
	return s.prefix + "/upload"
}

func copyObject(g *generator, s settings) {
	source := g.sourceOf(s)
	g.run("copy", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		answer, err := c.do(&request{method: "PUT", path: g.path(fmt.Sprintf("%s/copy-%d", s.prefix, index)), payloadHash: emptySha256,
			copySource: "/" + g.bucket + "/" + source, keep: true})
		if err == nil && element(answer.bytes, "ETag") == "" {
			err = fmt.Errorf("not copied: %s", element(answer.bytes, "Code"))
		}
		return s.size, err
	})
}

func copyParts(g *generator, s settings) {
	source := g.sourceOf(s)
	key := s.prefix + "/copied"
	id := g.begin(key)
	count := int64(s.partsCount)
	each := s.size / count
	etags := make([]string, count)
	must(g.run("copyparts", bounds{s.connections, 0, count}, func(c *conn, index int64) (n int64, err error) {
		from, until := index*each, (index+1)*each
		if index == count-1 {
			until = s.size
		}
		etags[index], err = g.copyPart(c, partCopy{source, key, id, index + 1, fmt.Sprintf("bytes=%d-%d", from, until-1)})
		return until - from, err
	}))
	g.complete(key, id, etags)
}

// Pages of all keys in sequence, then pages from anywhere side by side; with prefixes, by a delimiter instead.
func list(g *generator, s settings) {
	if s.prefixes > 0 {
		g.listAll("list-delimiter", s, "/", int64(s.prefixes))
		return
	}
	g.listAll("list-sequence", s, "", int64(s.keys))
	keys := make([]string, s.keys)
	for index := range keys {
		keys[index] = keyOf(s, int64(index))
	}
	sort.Strings(keys)
	var entries atomic.Int64
	p := g.run("list-parallel", bounds{s.connections, s.duration, s.operations}, func(c *conn, _ int64) (int64, error) {
		found, _, err := g.page(c, page{prefix: s.prefix + "/", after: keys[rand.IntN(len(keys))]})
		entries.Add(found)
		return 0, err
	})
	p.Entries = entries.Load()
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
