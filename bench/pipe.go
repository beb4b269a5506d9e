package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// newPipeTransport returns a transport of net/http whose connections have a server in memory. What
// a layer makes net/http do is then counted too: to wait for the end of its context, and to follow
// its trace. The stub does neither. The server responds to each request without a body as the stub
// does.
func newPipeTransport() http.RoundTripper {
	var response bytes.Buffer
	response.WriteString("HTTP/1.1 200 OK\r\n")
	_ = newStub(false).header.Write(&response) // a buffer takes everything
	response.WriteString("\r\n" + payload)
	return &http.Transport{
		DisableCompression: true,
		DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
			return &pipe{response: response.Bytes(), requests: make(chan struct{}, 1), closed: make(chan struct{})}, nil
		},
	}
}

// A pipe is the client's end of a connection, and the server behind it. It has one reader and one
// writer, as net/http uses it.
type pipe struct {
	response []byte        // to every request
	requests chan struct{} // one for each request that was written
	closed   chan struct{}
	once     sync.Once
	written  []byte // of the request that is being written
	unread   []byte // of the response
	addr     net.TCPAddr
}

func (p *pipe) Write(b []byte) (int, error) {
	p.written = append(p.written, b...)
	if bytes.HasSuffix(p.written, []byte("\r\n\r\n")) {
		p.written = p.written[:0]
		p.requests <- struct{}{}
	}
	return len(b), nil
}

func (p *pipe) Read(b []byte) (int, error) {
	if len(p.unread) == 0 {
		select {
		case <-p.requests:
			p.unread = p.response
		case <-p.closed:
			return 0, io.EOF
		}
	}
	n := copy(b, p.unread)
	p.unread = p.unread[n:]
	return n, nil
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) LocalAddr() net.Addr            { return &p.addr }
func (p *pipe) RemoteAddr() net.Addr           { return &p.addr } // as that of a socket, it is not made anew
func (*pipe) SetDeadline(time.Time) error      { return nil }
func (*pipe) SetReadDeadline(time.Time) error  { return nil }
func (*pipe) SetWriteDeadline(time.Time) error { return nil }
