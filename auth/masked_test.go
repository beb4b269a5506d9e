package auth_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestATokenThatIsTheMaskOfATapeIsNotSent(t *testing.T) {
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: redact.Mask}, nil })
	sent := 0
	rt := auth.Bearer(source, site).Wrap(observeHeader("Authorization", func(string) { sent++ }))
	for range 2 { // with a token that is fetched, and with one that is at hand
		body := roundtriptest.NewBody(strings.NewReader("x"))
		req := request(t.Context(), t, http.MethodPost, site, nil)
		req.Body = body
		_, err := rt.RoundTrip(req)
		if !errors.Is(err, auth.ErrNoToken) || sent != 0 || body.Usage().Closes != 1 {
			t.Errorf("%v, sent %d times, body closed %d times", err, sent, body.Usage().Closes)
		}
	}
}

// A tape inside the layer decides itself. This one has masked nothing yet.
func TestATapeInsideIsGivenTheMask(t *testing.T) {
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: redact.Mask}, nil })
	tape, err := replay.Open(filepath.Join(t.TempDir(), "api.json"), replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	status, err := get(t.Context(), t, rttest.Stack(rttest.Func(fine), auth.Bearer(source, site), tape))
	if status != http.StatusOK || err != nil {
		t.Errorf("the tape was not asked: %d, %v", status, err)
	}
}
