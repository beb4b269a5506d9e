package transport

import (
	"context"

	"github.com/gracy-go/gracy/transport/verdict"
)

// Expect is what a caller counts as success; the zero value accepts 2xx. Its
// fields are Status, Only, Check and Whole: see [verdict.Expect]. It is an [Override].
type Expect = verdict.Expect

// WithExpect attaches e to a context. It replaces an earlier one.
func WithExpect(ctx context.Context, e Expect) context.Context { return e.Attach(ctx) }
