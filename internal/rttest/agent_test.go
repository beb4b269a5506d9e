package rttest

import (
	"context"
	"errors"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

func TestAnAgentIsSetUnlessTheContextNamesAnother(t *testing.T) {
	rt := Agent("gracy").Wrap(Echo())
	if got := Fetch(context.Background(), rt); got != "gracy" {
		t.Errorf("the agent is %q, want gracy", got)
	}
	if got := Fetch(transport.With(context.Background(), Agent("crawler")), rt); got != "crawler" {
		t.Errorf("the agent is %q, want crawler", got)
	}
	if got := Fetch(context.Background(), Fail(errors.New("reset"))); got != "reset" {
		t.Errorf("of an error Fetch returns %q, want its text", got)
	}
}
