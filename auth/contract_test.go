package auth_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	constant := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: "secret"}, nil })
	t.Run("fixed", func(t *testing.T) {
		roundtriptest.Run(t, auth.Header("X-Api-Key", "secret", auth.AnyOrigin).Wrap, roundtriptest.Edits)
	})
	t.Run("other origin", func(t *testing.T) {
		roundtriptest.Run(t, auth.Basic("user", "secret", "https://other.test").Wrap)
	})
	t.Run("source", func(t *testing.T) {
		roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
			return auth.Bearer(constant, auth.AnyOrigin).Wrap(next)
		}, roundtriptest.Edits|roundtriptest.Retries)
	})
}
