package parse

import "context"

// WholeBody has the layers read the body of an accepted response to its end before they judge the
// attempt, up to [MaxBytes]. A body that breaks off is then a failed attempt, and a retry layer
// sends the request again if that is allowed. By default a call is over for the layers at the
// headers, and a body that breaks off is an [Error].
//
// The body is kept in memory, also for a result that the caller closes. A longer one and a
// stream, such as text/event-stream, are left alone. The time of the body counts as part of the
// attempt, for the context and for the time limits of outer layers, including
// timeout.Config.Total. With a plain client WholeBody has no effect.
//
// A [Check] also reads the body, up to 1 MiB within 10 s, and a body that breaks off there is a
// failed attempt too. With WholeBody, Check has the bounds of WholeBody.
func WholeBody() Option { return wholeRule{} }

type wholeRule struct{}

// wholeBody stands for as many bytes as a body may have.
const wholeBody = -1

func (r wholeRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r wholeRule) add(s *settings)                            { s.whole = wholeBody }
