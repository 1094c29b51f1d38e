package main

import (
	"io"
	"net"
)

// What loopback itself carries, without any server: what these show, no server on this machine can exceed.
var limits = map[string]func(g *generator, s settings){
	"loopback":  loopback,
	"exchanges": exchanges,
}

const loopbackPiece = 1 << 20

// loopback sends bytes that the other end throws away.
func loopback(g *generator, s settings) {
	listener := g.answer(func(c net.Conn) {
		into := make([]byte, 256<<10)
		for {
			if _, err := c.Read(into); err != nil {
				return
			}
		}
	})
	defer listener.Close()
	must(g.run("loopback", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		n, err := c.raw().Write(pool[:loopbackPiece])
		return int64(n), err
	}))
}

// About the head of a signed GET, and of an answer.
const exchangeHead = 600

// exchanges sends the length of a GET's head and waits for that of its answer with `size` bytes, one after another.
func exchanges(g *generator, s settings) {
	listener := g.answer(func(c net.Conn) {
		asked, answer := make([]byte, exchangeHead), pool[:exchangeHead+s.size]
		for {
			if _, err := io.ReadFull(c, asked); err != nil {
				return
			}
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	})
	defer listener.Close()
	must(g.run("exchanges", bounds{s.connections, s.duration, s.operations}, func(c *conn, index int64) (int64, error) {
		tcp := c.raw()
		if _, err := tcp.Write(pool[:exchangeHead]); err != nil {
			return 0, err
		}
		_, err := io.ReadFull(tcp, c.chunk[:exchangeHead+s.size])
		return s.size, err
	}))
}

// answer listens on loopback, and every connection of the generator goes there from now on.
func (g *generator) answer(serve func(net.Conn)) net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	for _, c := range g.connections {
		c.host = listener.Addr().String()
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return listener
}

// raw is the connection without HTTP.
func (c *conn) raw() net.Conn {
	if c.tcp == nil {
		tcp, err := net.Dial("tcp", c.host)
		if err != nil {
			panic(err)
		}
		c.tcp = tcp
	}
	return c.tcp
}
