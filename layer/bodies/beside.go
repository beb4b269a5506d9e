package bodies

import (
	"io"
	"time"
)

// besideTime is how long CloseBeside waits for a Close.
const besideTime = 100 * time.Millisecond

// CloseBeside closes a body of which a Read may be under way. The Close of most bodies ends the Read.
// That of some, such as those of an http.Server, waits for it, and what that waits for need not come.
// Then CloseBeside returns after 100 ms, and the body is closed when the Read has ended. Otherwise it
// returns the error of Close.
func CloseBeside(body io.Closer) error {
	closed := make(chan error, 1)
	go func() {
		var err error
		defer func() { closed <- err }()
		err = body.Close()
	}()
	t := time.NewTimer(besideTime)
	defer t.Stop()
	select {
	case err := <-closed:
		return err
	case <-t.C:
		return nil
	}
}

// closeInTurn closes a body that is read in turns.
func closeInTurn(turn chan struct{}, body io.Closer) error {
	select {
	case turn <- struct{}{}:
		<-turn
		return body.Close()
	default:
		return CloseBeside(body)
	}
}
