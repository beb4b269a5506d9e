package file

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// maxHolder is the size limit of a file that says who holds a tape.
const maxHolder = 4 << 10

// holder is the process that has a tape open for writing, as written beside the lock. It is only
// for messages. The lock decides.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

func self() holder {
	host, _ := os.Hostname()
	return holder{os.Getpid(), host, time.Now().Truncate(time.Second)}
}

func holderName(tape string) string {
	return filepath.Join(filepath.Dir(tape), ownName(tape)+".holder")
}

// Hold writes beside a tape, whose lock the caller has taken by other means, which process has
// it, until the returned function is called. Errors are ignored: the process is then unknown.
func Hold(tape string) (end func()) {
	name := holderName(tape)
	_ = os.Remove(name)                                                   // of a crash
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the tape
	if err != nil {
		return func() {}
	}
	self().write(f)
	_ = f.Close()
	return sync.OnceFunc(func() { _ = os.Remove(name) })
}

func (h holder) write(w io.Writer) {
	if b, err := json.Marshal(h); err == nil {
		_, _ = w.Write(b)
	}
}

// Locked returns a [store.LockedError] that says who has a tape open, as far as that is known.
func Locked(tape string) error {
	e := &store.LockedError{Path: tape, Waited: LockWait}
	for _, name := range []string{lockName(tape), holderName(tape)} {
		h, ok := readHolder(name)
		if !ok {
			continue
		}
		here := self()
		sameHost := h.Host == here.Host
		if sameHost && !alive(h.PID) {
			continue // left by a crash: another process holds the lock
		}
		e.PID, e.Host, e.Since, e.Own = h.PID, h.Host, h.Since, sameHost && h.PID == here.PID
		return e
	}
	return e
}

func readHolder(name string) (h holder, ok bool) {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return h, false
	}
	f, err := os.Open(name) //nolint:gosec // beside the tape
	if err != nil {
		return h, false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxHolder))
	return h, err == nil && json.Unmarshal(b, &h) == nil && h.PID > 0
}
