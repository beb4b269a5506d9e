package replay

import (
	"bytes"
	"context"

	"github.com/gracy-go/gracy/replay/store"
)

// maxVariants is how many keys of one request are examined.
const maxVariants = 1024

// variants finds the keys of a request: its own, and those of the same request made by others.
type variants struct{ writer *writer }

// keys returns the keys whose exchanges may respond to a request: its own, or those of others if
// the tape has nothing for it.
func (v variants) keys(ctx context.Context, p *captured) (keys []store.Key, identities int, err error) {
	own := p.keys[:]
	if x, err := v.writer.find(ctx, p.keys[0], 0); x != nil || err != nil {
		return own, 0, err
	}
	keys, identities, err = v.others(ctx, p, false)
	if len(keys) == 0 {
		keys = own
	}
	return keys, identities, err
}

// others returns the keys of the same request on the tape, if the tape does not have it in exactly
// this form. In ModeReplay the request may get the response to somebody else's, if only one
// identity has made it: a tape that was recorded with a token is replayed with another, or with
// none. If several made it, their number is returned.
//
// A body with secrets in it, such as a token to be renewed, matches only the very same body if that
// is on the tape. Otherwise all bodies that differ only in the secrets are one sequence, unless
// alone says that a single credential, wherever it is, must have made them.
func (v variants) others(ctx context.Context, p *captured, alone bool) (keys []store.Key, identities int, err error) {
	list, err := v.sameRequest(ctx, p.keys[0])
	if err == nil && len(list) == 0 && p.unhashed != nil {
		// The recording may be older than the hashes behind masks.
		if x, err := v.writer.find(ctx, *p.unhashed, 0); x != nil || err != nil {
			return []store.Key{*p.unhashed}, 0, err
		}
	}
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	if alone && len(list) > 1 {
		return nil, len(list), nil
	}
	var mine, all []store.Key
	var who [][]byte
	for _, x := range list {
		all = append(all, x.Key)
		if bytes.Equal(x.Identity, p.identity) {
			mine = append(mine, x.Key)
		}
		if !containsHash(who, x.Identity) {
			who = append(who, x.Identity)
		}
	}
	switch {
	case len(mine) > 0:
		return mine, 0, nil
	case len(who) > 1:
		return nil, len(who), nil
	}
	return all, 0, nil
}

func containsHash(list [][]byte, h []byte) bool {
	for _, other := range list {
		if bytes.Equal(other, h) {
			return true
		}
	}
	return false
}

// sameRequest returns one exchange for each key of a request, whoever made it.
func (v variants) sameRequest(ctx context.Context, key store.Key) ([]*store.Exchange, error) {
	if v.writer.queue.pendingCount() > 0 {
		// Near sees only what is stored.
		if err := v.writer.queue.flush(ctx); err != nil {
			return nil, err
		}
	}
	for n := 2; ; n = min(n*8, maxVariants) {
		near, err := v.writer.reads.near(ctx, key, n)
		if err != nil {
			return nil, err
		}
		same := 0
		for same < len(near) && near[same].Key.Request() == key.Request() {
			same++
		}
		if same < n || n == maxVariants {
			return near[:same], nil
		}
	}
}
