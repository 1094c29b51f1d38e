package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
)

func (g *generator) begin(key string) string {
	id, err := g.beginOn(g.connection(0), key)
	if err != nil {
		panic(err)
	}
	return id
}

func (g *generator) beginOn(c *conn, key string) (string, error) {
	answer, err := c.do(&request{method: "POST", path: g.path(key), query: "uploads=", payloadHash: emptySha256, keep: true})
	if err != nil {
		return "", err
	}
	id := element(answer.bytes, "UploadId")
	if id == "" {
		return "", errors.New("no UploadId")
	}
	return id, nil
}

func (g *generator) abort(key, id string) { _ = g.abortOn(g.connection(0), key, id) }

func (g *generator) abortOn(c *conn, key, id string) error {
	_, err := c.do(&request{method: "DELETE", path: g.path(key), query: "uploadId=" + url.QueryEscape(id), payloadHash: emptySha256})
	return err
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

func (g *generator) finishOn(c *conn, key, id string, etags []string) error {
	var document strings.Builder
	document.WriteString("<CompleteMultipartUpload>")
	for at, etag := range etags {
		fmt.Fprintf(&document, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", at+1, strings.ReplaceAll(etag, `"`, "&quot;"))
	}
	document.WriteString("</CompleteMultipartUpload>")
	text := []byte(document.String())
	answer, err := c.do(&request{method: "POST", path: g.path(key), query: "uploadId=" + url.QueryEscape(id), payloadHash: sha256Hex(text), document: text, keep: true})
	// An error may come in a document that began with 200, so that a long wait has something to send.
	if err == nil && element(answer.bytes, "ETag") == "" {
		err = fmt.Errorf("not completed: %s", element(answer.bytes, "Code"))
	}
	return err
}

func (g *generator) complete(key, id string, etags []string) {
	must(g.run("complete", bounds{1, 0, 1}, func(c *conn, _ int64) (int64, error) { return 0, g.finishOn(c, key, id, etags) }))
}

// One whole upload of `size` bytes, which does not stay.
func upload(g *generator, s settings) {
	key := s.prefix + "/upload"
	g.uploadTo(key, s)
	g.clear(1, func(int64) string { return key })
}

// Parts side by side, then Complete.
func (g *generator) uploadTo(key string, s settings) {
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
	if s.duration > 0 {
		g.listParts(key, id, s)
		g.replaceParts(source, key, id, s)
	}
	g.complete(key, id, etags)
	if s.duration > 0 {
		g.readMany(key, s)
	}
	g.clear(1, func(int64) string { return key })
}

// Parts of an upload with many parts put anew: by copies of the same bytes, so that the list of what is to be completed stays.
func (g *generator) replaceParts(source, key, id string, s settings) {
	must(g.run("copy-among", bounds{s.connections, s.duration, 0}, func(c *conn, index int64) (int64, error) {
		_, err := g.copyPart(c, partCopy{source, key, id, 1 + index%int64(s.partsCount), ""})
		return 0, err
	}))
}

// What is read of an object of many parts, and made of it: never all of its bytes.
func (g *generator) readMany(key string, s settings) {
	limit := bounds{s.connections, s.duration, 0}
	size := int64(s.partsCount) * smallestPart
	g.ranges(limit, size, func() string { return key })
	must(g.run("head-part", limit, func(c *conn, _ int64) (int64, error) {
		return 0, g.headOne(c, key, fmt.Sprintf("partNumber=%d", 1+rand.IntN(s.partsCount)))
	}))
	onto := s.prefix + "/stretches"
	id := g.begin(onto)
	defer g.abort(onto, id)
	must(g.run("copy-stretch", limit, func(c *conn, index int64) (int64, error) {
		from := rand.Int64N(size - smallestPart)
		_, err := g.copyPart(c, partCopy{key, onto, id, 1 + index%10_000, fmt.Sprintf("bytes=%d-%d", from, from+smallestPart-1)})
		return smallestPart, err
	}))
}

// Pages of the list of an open upload's parts, from anywhere.
func (g *generator) listParts(key, id string, s settings) {
	var entries atomic.Int64
	p := g.run("list-parts", bounds{s.connections, s.duration, 0}, func(c *conn, _ int64) (int64, error) {
		query := fmt.Sprintf("max-parts=100&part-number-marker=%d&uploadId=%s", rand.IntN(s.partsCount), url.QueryEscape(id))
		answer, err := c.do(&request{method: "GET", path: g.path(key), query: query, payloadHash: emptySha256, keep: true})
		if err == nil {
			entries.Add(int64(bytes.Count(answer.bytes, []byte("<Part>"))))
		}
		return 0, err
	})
	p.Entries = entries.Load()
	must(p)
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

// Larger sources of copies are themselves made of copies of so many bytes, as a client would that has to make them.
const sourceWritten = 1 << 30

// sourceOf is an object of `size` bytes, made once for all that copy it.
func (g *generator) sourceOf(s settings) string {
	source := fmt.Sprintf("%s/source-%d", s.prefix, s.size)
	if g.has(source) {
		return source
	}
	s.connections = sourceConnections
	if s.size <= sourceWritten {
		g.uploadTo(source, s)
		return source
	}
	written := s
	written.size = sourceWritten
	piece := g.sourceOf(written)
	count := (s.size + sourceWritten - 1) / sourceWritten
	g.copyInParts(piece, source, count, func(index int64) (from, until int64) {
		return 0, min(sourceWritten, s.size-index*sourceWritten)
	})
	return source
}

const sourceConnections = 8

func copyObject(g *generator, s settings) {
	source := g.sourceOf(s)
	copyKey := func(index int64) string { return fmt.Sprintf("%s/copy-%d", s.prefix, index) }
	p := g.run("copy", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		return s.size, g.copyOne(c, source, copyKey(index))
	})
	g.clear(p.Operations, copyKey)
}

func (g *generator) copyOne(c *conn, source, key string) error {
	answer, err := c.do(&request{method: "PUT", path: g.path(key), payloadHash: emptySha256,
		copySource: "/" + g.bucket + "/" + source, keep: true})
	if err == nil && element(answer.bytes, "ETag") == "" {
		err = fmt.Errorf("not copied: %s", element(answer.bytes, "Code"))
	}
	return err
}

func copyParts(g *generator, s settings) {
	source := g.sourceOf(s)
	key := s.prefix + "/copied"
	count := int64(s.partsCount)
	each := s.size / count
	g.copyInParts(source, key, count, func(index int64) (from, until int64) {
		if index == count-1 {
			return index * each, s.size
		}
		return index * each, (index + 1) * each
	})
	g.clear(1, func(int64) string { return key })
}

// copyInParts makes key of stretches of source, one part each.
func (g *generator) copyInParts(source, key string, count int64, stretch func(index int64) (from, until int64)) {
	id := g.begin(key)
	etags := make([]string, count)
	must(g.run("copyparts", bounds{sourceConnections, 0, count}, func(c *conn, index int64) (n int64, err error) {
		from, until := stretch(index)
		etags[index], err = g.copyPart(c, partCopy{source, key, id, index + 1, fmt.Sprintf("bytes=%d-%d", from, until-1)})
		return until - from, err
	}))
	g.complete(key, id, etags)
}
