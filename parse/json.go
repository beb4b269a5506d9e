package parse

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/transport"
)

// JSON decodes a response as JSON, whatever its media type says, and closes its body. Its
// arguments are the results of http.Client.Do:
//
//	pikachu, err := parse.JSON[Pokemon](client.Do(req))
//
// 2xx is success, unless the context of the request has a [transport.Expect] or rules of this
// package, attached with [transport.With]. The layers have judged the response by then, so a
// failed [Check] leads to no further attempt.
func JSON[T any](resp *http.Response, err error) (T, error) {
	x, err := received(resp, err)
	if err != nil {
		var none T
		return none, err
	}
	return result[T](x, resp, nil, true)
}

// received returns the exchange of a response that exists already, with the rules in the context of
// its request.
func received(resp *http.Response, err error) (*exchange, error) {
	x := &exchange{set: noSettings}
	if resp != nil {
		x.req = resp.Request
	}
	if err != nil || resp == nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			x.route = strings.ToUpper(u.Op) + " " + bare(u.URL)
		}
		if err == nil {
			err = errors.New("no response")
		}
		if resp == nil && isOurs(err) {
			return nil, err
		}
		return nil, x.fail(resp, err)
	}
	if x.req != nil {
		ctx := x.req.Context()
		if a, ok := setting.From[*attached](ctx); ok {
			x.set = compile(a.rules)
		} else if e, ok := setting.From[transport.Expect](ctx); ok {
			x.set = fromExpect(e)
		}
	}
	return x, nil
}

// isOurs reports whether err is one that this package has returned for an *http.Response.
func isOurs(err error) bool {
	switch err.(type) { //nolint:errorlint // as it was returned
	case *Error, *StatusError, *DecodeError, *TooLargeError, *ArgError, *MissingLayerError:
		return true
	}
	return false
}
