package replay

import (
	"net/http"

	"github.com/gracy-go/gracy/replay/store"
)

// LeaveRest makes a tape read nothing more of a body that was closed.
func (t *Tape) LeaveRest() { t.rest = rest{} }

// EditReplayed calls BeforeReplay for an exchange.
func (t *Tape) EditReplayed(req *http.Request, x *store.Exchange) (*store.Exchange, error) {
	return t.beforeReplay(req, x)
}
