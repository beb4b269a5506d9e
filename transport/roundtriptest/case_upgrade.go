package roundtriptest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
)

// The case of this file is about an upgraded connection. bodyCases lists it.

// A duplex is the body of an upgraded response.
type duplex struct {
	*Body
	written *bytes.Buffer
	ended   int // the calls of CloseWrite
}

func (d *duplex) Write(b []byte) (int, error) { return d.written.Write(b) }

func (d *duplex) CloseWrite() error {
	d.ended++
	return nil
}

func responseUpgraded(p *probe) {
	body := &duplex{Body: NewBody(strings.NewReader("from the server")), written: &bytes.Buffer{}}
	rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		resp := newResponse(req, http.StatusSwitchingProtocols, "")
		resp.Header.Set("Connection", "Upgrade")
		resp.Header.Set("Upgrade", "test")
		resp.Body = body
		return resp, nil
	}}))
	req := p.request(context.Background(), "/upgrade")
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "test")
	resp := p.get(rt, req)
	conn, ok := resp.Body.(io.ReadWriteCloser)
	if !ok {
		p.errorf("the body of a 101 is a %T, which has no Write", resp.Body)
	} else if n, err := io.WriteString(conn, "from the client"); err != nil || n != 15 || body.written.String() != "from the client" {
		p.errorf("Write returned %d, %v; %q arrived", n, err, body.written.String())
	}
	if half, ok := resp.Body.(interface{ CloseWrite() error }); !ok {
		p.errorf("the body of a 101 is a %T, which hides CloseWrite", resp.Body)
	} else if err := half.CloseWrite(); err != nil || body.ended != 1 {
		p.errorf("CloseWrite returned %v and reached the connection %d times; want once", err, body.ended)
	}
	if got := p.finishBody(resp); got != "from the server" {
		p.errorf("Read returned %q; want %q", got, "from the server")
	}
	if body.Usage().Closes == 0 {
		p.errorf("Close did not reach the connection")
	}
}
