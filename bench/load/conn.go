package main

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

type request struct {
	method, path, query string
	payloadHash         string
	copySource          string
	copyRange           string
	body                body
	document            []byte
	// md5 sends the document's digest with it, which S3 asks for where a document decides what goes.
	md5 bool
	// keep asks for the answer's bytes; check compares them with a body from an offset on.
	keep      bool
	check     *body
	checkFrom int64
	rangeOf   string
}

type reply struct {
	status int
	etag   string
	// bytes is valid until the connection's next request.
	bytes  []byte
	length int64
}

// conn is one worker's keep-alive connection. It speaks just enough HTTP/1.1 to be cheap: what is measured is the server.
type conn struct {
	host    string
	timeout time.Duration
	signer  *signer
	tcp     net.Conn
	reader  *bufio.Reader
	kept    []byte
	chunk   []byte
}

func newConn(host string, timeout time.Duration, s *signer) *conn {
	return &conn{host: host, timeout: timeout, signer: s, chunk: make([]byte, 256<<10)}
}

func (c *conn) do(r *request) (*reply, error) {
	if c.tcp == nil {
		tcp, err := net.DialTimeout("tcp", c.host, 10*time.Second)
		if err != nil {
			return nil, err
		}
		c.tcp, c.reader = tcp, bufio.NewReaderSize(tcp, 64<<10)
	}
	_ = c.tcp.SetDeadline(time.Now().Add(c.timeout))
	answer, closes, err := c.exchange(r)
	if err != nil || closes {
		_ = c.tcp.Close()
		c.tcp = nil
	}
	if err == nil && answer.status/100 != 2 {
		err = failure(answer)
	}
	return answer, err
}

func (c *conn) exchange(r *request) (*reply, bool, error) {
	if err := c.send(r); err != nil {
		return nil, true, err
	}
	answer, length, closes, err := c.readHead()
	if err != nil {
		return nil, true, err
	}
	if r.method == "HEAD" || answer.status == 204 || answer.status == 304 {
		return answer, closes, nil
	}
	from := io.Reader(c.reader)
	switch {
	case length == chunked:
		from = httputil.NewChunkedReader(c.reader)
	case length >= 0:
		from = io.LimitReader(c.reader, length)
	}
	if err := c.readBody(r, answer, from); err != nil {
		return nil, true, err
	}
	if length >= 0 && answer.length != length {
		return nil, true, fmt.Errorf("%d bytes of %d came", answer.length, length)
	}
	if length == chunked {
		// The reader leaves the line that ends the trailer.
		_, err = c.reader.ReadString('\n')
	}
	return answer, closes, err
}

func (c *conn) send(r *request) error {
	head := c.signer.head(r, c.host, time.Now())
	size := r.body.size
	if r.document != nil {
		size = int64(len(r.document))
	}
	if r.method == "PUT" || r.method == "POST" {
		head = append(head, "Content-Length: "+strconv.FormatInt(size, 10)+"\r\n"...)
	}
	if r.rangeOf != "" {
		head = append(head, "Range: "+r.rangeOf+"\r\n"...)
	}
	if r.md5 {
		sum := md5.Sum(r.document)
		head = append(head, "Content-MD5: "+base64.StdEncoding.EncodeToString(sum[:])+"\r\n"...)
	}
	head = append(head, "\r\n"...)
	buffers := net.Buffers{head}
	if r.document != nil {
		buffers = append(buffers, r.document)
	} else {
		buffers = append(buffers, r.body.pieces()...)
	}
	_, err := buffers.WriteTo(c.tcp)
	return err
}

const (
	untilClose = -1
	chunked    = -2
)

func (c *conn) readHead() (answer *reply, length int64, closes bool, err error) {
	answer, length = &reply{}, untilClose
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return nil, 0, true, err
	}
	if len(line) < 12 {
		return nil, 0, true, fmt.Errorf("no status line: %q", line)
	}
	if answer.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return nil, 0, true, err
	}
	for {
		line, err = c.reader.ReadSlice('\n')
		if err != nil {
			return nil, 0, true, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch strings.ToLower(string(name)) {
		case "content-length":
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return nil, 0, true, err
			}
		case "transfer-encoding":
			length = chunked
		case "etag":
			answer.etag = string(value)
		case "connection":
			closes = strings.EqualFold(string(value), "close")
		}
	}
	if answer.status == 100 {
		return c.readHead()
	}
	return answer, length, closes || length == untilClose && answer.status != 204, nil
}

var errWrongBytes = errors.New("other bytes came back than were stored")

func (c *conn) readBody(r *request, answer *reply, from io.Reader) error {
	keep := r.keep || answer.status/100 != 2
	c.kept = c.kept[:0]
	for {
		n, err := from.Read(c.chunk)
		if n > 0 && keep {
			c.kept = append(c.kept, c.chunk[:n]...)
		}
		if n > 0 && r.check != nil && !keep && !r.check.holds(r.checkFrom+answer.length, c.chunk[:n]) {
			return errWrongBytes
		}
		answer.length += int64(n)
		if err == io.EOF {
			answer.bytes = c.kept
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func failure(answer *reply) error {
	code := element(answer.bytes, "Code")
	return fmt.Errorf("%d %s", answer.status, code)
}

// element is the text of the first element of that name; good enough for documents of servers under test.
func element(document []byte, name string) string {
	_, rest, found := bytes.Cut(document, []byte("<"+name+">"))
	if !found {
		return ""
	}
	text, _, _ := bytes.Cut(rest, []byte("</"+name+">"))
	return strings.NewReplacer("&quot;", `"`, "&#34;", `"`, "&amp;", "&").Replace(string(text))
}
