package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// listening is where a server listens.
type listening struct {
	address string
	public  bool
}

func (l *listening) flags(cmd *cobra.Command, address string) {
	cmd.Flags().StringVar(&l.address, "listen", address, "address to listen on; port 0 picks a free one")
	cmd.Flags().BoolVar(&l.public, "public", false, "allow an address that other machines can reach")
}

// check returns what is wrong with the address, before anything is opened.
func (l *listening) check(ctx context.Context) error {
	host, port, err := net.SplitHostPort(l.address)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(ctx, "tcp", port)
	}
	if err != nil {
		return usagef("--listen: %q is not an address such as 127.0.0.1:8080", l.address)
	}
	if ip := net.ParseIP(host); !l.public && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usagef("--listen: other machines can reach %s: add --public to allow that", l.address)
	}
	return nil
}

const (
	grace    = 5 * time.Second // that what is under way has when a server ends
	idleTime = 2 * time.Minute // that a connection may wait for its next request
)

// listen listens, before anything is made that would stay where the port is in use.
func (l *listening) listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp", l.address)
}

// serve serves until the context of the command ends, and says where. Beside the end of its
// server it calls ending, and waits for it.
func serve(cmd *cobra.Command, listener net.Listener, h http.Handler, what string, ending func()) (err error) {
	// What reads the address may close its end of the pipe then, and the next line of the log would end us.
	signal.Ignore(syscall.SIGPIPE)
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: idleTime, ConnContext: withConn}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "http://%s: %s\n", listener.Addr(), what); err != nil {
		return errors.Join(err, listener.Close())
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	select {
	case err = <-ended:
		return err
	case <-cmd.Context().Done():
	}
	// What is under way has some time, which a stream without an end does not keep.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), grace)
	defer cancel()
	var others sync.WaitGroup
	others.Go(ending)
	defer others.Wait()
	if srv.Shutdown(ctx) != nil {
		_ = srv.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
