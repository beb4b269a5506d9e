package traced

import (
	"crypto/tls"
	"net"
	"strings"
	"sync/atomic"
)

// QUIC reports whether the connection that a trace was given stands for one of QUIC, over which
// HTTP/3 is spoken: its network is one of datagrams. It is not to be closed. What quic-go gives to a
// trace is another value for each request, and every method of it but the addresses panics.
func QUIC(c net.Conn) bool {
	switch c.(type) {
	case nil, *tls.Conn, *net.TCPConn:
		return false
	}
	a := c.RemoteAddr()
	if a == nil {
		return false
	}
	network := a.Network()
	return strings.HasPrefix(network, "udp") || network == "unixgram"
}

// Sends counts how often a base may have sent a request, by the connections that it got. It is safe
// for concurrent use. The zero Sends is 0.
type Sends struct {
	n    atomic.Int32
	quic atomic.Bool
}

// GotConn counts a connection. Of those of QUIC only the first counts. A base takes another one if
// the one before was closed, which it finds out only then and before it sends anything, or if the
// server has said that it did not process the request.
func (s *Sends) GotConn(c net.Conn) {
	if QUIC(c) && s.quic.Swap(true) {
		return
	}
	s.n.Add(1)
}

// N returns the number.
func (s *Sends) N() int { return int(s.n.Load()) }
