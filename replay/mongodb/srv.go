package mongodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// lookUp resolves the servers of a "mongodb+srv://" URI before the driver does. The driver has no
// context for that, and no own error for a name server that does not respond or a name that does
// not exist. lookUp leaves what it cannot parse to the driver. No error has the name: in a
// malformed URI it may be part of the password.
func lookUp(ctx context.Context, uri string) error {
	rest, ok := strings.CutPrefix(uri, "mongodb+srv://")
	if !ok {
		return nil
	}
	address, query, _ := strings.Cut(rest, "?")
	authority, _, _ := strings.Cut(address, "/")
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if host == "" || strings.ContainsAny(host, ":,") {
		return nil
	}
	service := "mongodb"
	if values, err := url.ParseQuery(query); err == nil && values.Has("srvServiceName") {
		service = values.Get("srvServiceName")
	}
	_, _, err := net.DefaultResolver.LookupSRV(ctx, service, "tcp", host)
	if err == nil {
		return nil
	}
	de, ok := errors.AsType[*net.DNSError](err)
	switch cause := ctx.Err(); {
	case cause == nil && ok && de.IsTimeout: // it may time out a moment before ctx
		cause = context.DeadlineExceeded
		fallthrough
	case cause != nil:
		return fmt.Errorf("replay: open tape: no response of the name server for the connection string: %w", cause)
	case ok:
		return fmt.Errorf("replay: open tape: the servers of the connection string cannot be looked up: %s", de.Err)
	}
	return errURI
}
