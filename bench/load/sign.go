package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"
)

// signer makes Signature Version 4 headers. The key of a day is derived once, as every client does.
type signer struct {
	accessKeyID, secretAccessKey, region string

	mu  sync.Mutex
	day string
	key []byte
}

const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	emptySha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// head is the request line and headers of a signed request, without the blank line that ends them.
// path and query are percent-encoded already, the query sorted by name.
func (s *signer) head(r *request, host string, now time.Time) []byte {
	stamp := now.UTC().Format("20060102T150405Z")
	day := stamp[:8]
	names, fields := "host;x-amz-content-sha256", "host:"+host+"\nx-amz-content-sha256:"+r.payloadHash+"\n"
	sent := ""
	if r.copySource != "" {
		names += ";x-amz-copy-source"
		fields += "x-amz-copy-source:" + r.copySource + "\n"
		sent += "x-amz-copy-source: " + r.copySource + "\r\n"
		if r.copyRange != "" {
			names += ";x-amz-copy-source-range"
			fields += "x-amz-copy-source-range:" + r.copyRange + "\n"
			sent += "x-amz-copy-source-range: " + r.copyRange + "\r\n"
		}
	}
	names += ";x-amz-date"
	fields += "x-amz-date:" + stamp + "\n"
	canonical := strings.Join([]string{r.method, r.path, r.query, fields, names, r.payloadHash}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	scope := day + "/" + s.region + "/s3/aws4_request"
	text := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	signature := hex.EncodeToString(mac(s.dayKey(day), text))

	var b strings.Builder
	b.Grow(640)
	b.WriteString(r.method + " " + r.path)
	if r.query != "" {
		b.WriteString("?" + r.query)
	}
	b.WriteString(" HTTP/1.1\r\nHost: " + host + "\r\nx-amz-content-sha256: " + r.payloadHash + "\r\nx-amz-date: " + stamp + "\r\n" + sent)
	b.WriteString("Authorization: AWS4-HMAC-SHA256 Credential=" + s.accessKeyID + "/" + scope + ", SignedHeaders=" + names + ", Signature=" + signature + "\r\n")
	return []byte(b.String())
}

func (s *signer) dayKey(day string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.day != day {
		key := mac([]byte("AWS4"+s.secretAccessKey), day)
		for _, step := range []string{s.region, "s3", "aws4_request"} {
			key = mac(key, step)
		}
		s.day, s.key = day, key
	}
	return s.key
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
