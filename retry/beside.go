package retry

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// endRow closes the row of an attempt, begun as own, with its outcome, and returns the row
// and the verdict. It is the row that is current, to which an inner layer may have moved on,
// but not where that has got a response and this attempt none: then it is of a request
// beside this one, as a hedge around the layer makes them, and has ended the call.
func endRow(own *layer.Attempt, resp *http.Response, err error) (*layer.Attempt, verdict.Verdict) {
	a := own.Call().Attempt().For(resp)
	if resp == nil && a.Status() != 0 {
		a = own
	}
	return a, a.End(resp, err)
}
