package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// daemon is a running proxy.
type daemon struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	done chan struct{}
	port string
}

// freePort returns a port of loopback that nobody listens on.
func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// start runs a proxy with a configuration made for a free port, and waits until it accepts
// connections. In the command, FILE stands for the file with the configuration, DIR for its folder.
func start(ctx context.Context, dir string, config func(dir, port string) string, command ...string) (*daemon, error) {
	dir, err := os.MkdirTemp(dir, command[0])
	if err != nil {
		return nil, err
	}
	d := &daemon{done: make(chan struct{})}
	if d.port, err = freePort(ctx); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte(config(dir, d.port)), 0o600); err != nil {
		return nil, err
	}
	args := make([]string, 0, len(command))
	for _, a := range command[1:] {
		switch a {
		case "FILE":
			a = file
		case "DIR":
			a = dir
		case "PORT":
			a = "127.0.0.1:" + d.port
		}
		args = append(args, a)
	}
	d.cmd = exec.Command(command[0], args...) //nolint:gosec // our own words; stop ends it
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.out
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.done)
	}()
	if err := d.ready(ctx); err != nil {
		d.stop()
		return nil, fmt.Errorf("%s: %w\n%s", command[0], err, d.out.String())
	}
	return d, nil
}

// ready waits until the proxy accepts connections.
func (d *daemon) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+d.port)
		if err == nil {
			return c.Close()
		}
		select {
		case <-d.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// reload makes the proxy read its configuration again.
func (d *daemon) reload() error { return d.cmd.Process.Signal(syscall.SIGHUP) }

// stop ends the proxy.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.done:
	case <-time.After(5 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}
