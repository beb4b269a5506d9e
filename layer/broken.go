package layer

import (
	"context"
	"errors"
	"net/http"
)

// breakOff reports that a Read of the body of a has returned an error. A body that breaks off before
// the call has returned fails its attempt instead, or was discarded. A body that has ended, was
// closed, or whose call was canceled has not broken off, and the end of an upgraded connection is
// that of both sides.
func breakOff(a *Attempt, err error) {
	c := a.call
	if !c.returned() || a.is(flagBodyEnded|flagClosed) || a.Status() == http.StatusSwitchingProtocols ||
		errors.Is(c.Request().Context().Err(), context.Canceled) {
		return
	}
	a.AddNote("the body broke off")
	c.Emit(Event{Kind: BodyLost, Attempt: a, Err: err})
}
