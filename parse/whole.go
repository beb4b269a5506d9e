package parse

import "context"

// WholeBody has the layers read the body of an accepted response to its end before
// they judge the attempt, up to [MaxBytes], so that a body that breaks off before its
// length is a failed attempt: a retry layer sends the request again if it may be sent
// again. By default a call is over for the layers at the headers, and a body that
// breaks off is an [Error].
//
// The body is kept in memory, also for a result that the caller closes. A longer one
// and a stream, such as text/event-stream, are left as they are. The time of the body
// counts as a part of the attempt, for the context and for the time limits of outer
// layers: timeout.Config.Total too. Over a plain client WholeBody changes nothing.
//
// A [Check] reads the body as well, up to 1 MiB within 10 s, and a body that breaks
// off there is a failed attempt too; with WholeBody a Check has its bounds.
func WholeBody() Option { return wholeRule{} }

type wholeRule struct{}

func (r wholeRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r wholeRule) add(s *settings)                            { s.whole = true }
