package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
)

func TestATokenThatCannotBeSentIsAnError(t *testing.T) {
	for want, token := range map[string]auth.Token{
		"empty":                 {},
		"no header can carry":   {Value: "hunter2\r\nX-Evil: 1"},
		"header can carry":      {Value: "hunter2", Type: "a b"},
		"s ago by the clock of": {Value: "hunter2", Expiry: time.Unix(1, 0)},
		"can carry (malformed)": {Value: " hunter2"},
	} {
		source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return token, nil })
		_, err := get(t.Context(), t, auth.Bearer(source, site).Wrap(rttest.Func(fine)))
		if _, ok := errors.AsType[*auth.Error](err); !ok || !strings.Contains(err.Error(), strings.TrimSuffix(want, " (malformed)")) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
