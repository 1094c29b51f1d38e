package main

import (
	"bytes"
	"hash/fnv"
	"math/rand/v2"
)

// Bodies are stretches of one pool of random bytes, which nothing can compress and which costs nothing to make. Where a
// body begins follows from its name, so that a reader knows what must come back.
const poolBytes = 32 << 20

var pool = make([]byte, poolBytes)

func fillPool() {
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(pool)
}

type body struct {
	from int64
	size int64
}

func bodyOf(name string, size int64) body {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return body{from: int64(h.Sum64() % poolBytes), size: size}
}

// pieces are the slices of the pool that make up the body.
func (b body) pieces() [][]byte {
	var all [][]byte
	for at := int64(0); at < b.size; {
		piece := b.at(at)
		all = append(all, piece)
		at += int64(len(piece))
	}
	return all
}

// at is the longest slice of the pool that holds the body's bytes from offset on.
func (b body) at(offset int64) []byte {
	start := (b.from + offset) % poolBytes
	return pool[start:min(start+b.size-offset, poolBytes)]
}

// holds says whether got are the body's bytes at offset.
func (b body) holds(offset int64, got []byte) bool {
	for len(got) > 0 {
		if offset >= b.size {
			return false
		}
		want := b.at(offset)
		n := min(len(want), len(got))
		if !bytes.Equal(want[:n], got[:n]) {
			return false
		}
		got, offset = got[n:], offset+int64(n)
	}
	return true
}
