package traced_test

import (
	"crypto/tls"
	"net"
	"testing"

	"github.com/gracy-go/gracy/internal/traced"
)

// to is a connection to an address. Its other methods panic, as those of quic-go do.
type to struct {
	net.Conn
	addr net.Addr
}

func (c to) RemoteAddr() net.Addr { return c.addr }

func TestAConnectionOfDatagramsIsThatOfQUIC(t *testing.T) {
	pipe, other := net.Pipe()
	defer pipe.Close()
	defer other.Close()
	for name, c := range map[string]struct {
		conn net.Conn
		want bool
	}{
		"none":                      {nil, false},
		"TLS":                       {tls.Client(pipe, &tls.Config{MinVersion: tls.VersionTLS13}), false},
		"TCP":                       {new(net.TCPConn), false},
		"TCP, wrapped":              {to{addr: &net.TCPAddr{}}, false},
		"a pipe":                    {pipe, false},
		"no address":                {to{}, false},
		"a socket of datagrams":     {to{addr: &net.UnixAddr{Net: "unixgram"}}, true},
		"a socket of bytes":         {to{addr: &net.UnixAddr{Net: "unix"}}, false},
		"QUIC, as quic-go gives it": {&to{addr: &net.UDPAddr{}}, true},
	} {
		if got := traced.QUIC(c.conn); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestWhatIsTakenAgainOverQUICIsSentOnce(t *testing.T) {
	quic, tcp := to{addr: &net.UDPAddr{}}, to{addr: &net.TCPAddr{}}
	for name, c := range map[string]struct {
		conns []net.Conn
		want  int
	}{
		"none":                 {nil, 0},
		"one":                  {[]net.Conn{tcp}, 1},
		"two":                  {[]net.Conn{tcp, tcp}, 2},
		"one of QUIC":          {[]net.Conn{quic}, 1},
		"two of QUIC":          {[]net.Conn{quic, quic}, 1},
		"QUIC, then a retreat": {[]net.Conn{quic, quic, tcp}, 2},
	} {
		var s traced.Sends
		for _, conn := range c.conns {
			s.GotConn(conn)
		}
		if s.N() != c.want {
			t.Errorf("%s: %d, want %d", name, s.N(), c.want)
		}
	}
}
