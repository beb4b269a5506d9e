package replay_test

import (
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// In ModeSmart, requests that differ in a secret of their URL share a recording only if the secrets
// belong to the same identity.
func TestIdentityInTheURL(t *testing.T) {
	const aws = api + "/o?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"key":                {api + "/a?api_key=one", api + "/a?api_key=two", false},
		"the same key":       {api + "/a?api_key=one&x=1", api + "/a?x=1&api_key=one", true},
		"user":               {"https://u:one@h.test/a", "https://u:two@h.test/a", false},
		"the same user":      {"https://u:one@h.test/a", "https://u:one@h.test/a", true},
		"bot":                {api + "/bot123456789:AAFakeTokenOfTheRightLength_abcdefghi/getMe", api + "/bot123456789:AAFakeTokenOfTheRightLength_abcdefghX/getMe", false},
		"signed anew":        {aws + "AKID1%2F20260101%2Feu&X-Amz-Date=1&X-Amz-Signature=aa", aws + "AKID1%2F20260202%2Feu&X-Amz-Date=2&X-Amz-Signature=bb", true},
		"signed by another":  {aws + "AKID1%2F20260101%2Feu&X-Amz-Signature=aa", aws + "AKID2%2F20260101%2Feu&X-Amz-Signature=aa", false},
		"temporary token":    {api + "/a?X-Amz-Security-Token=aaaa", api + "/a?X-Amz-Security-Token=bbbb", false},
		"shared access":      {api + "/a?sv=1&sig=aaaa", api + "/a?sv=1&sig=bbbb", false},
		"key and signature":  {api + "/a?api_key=one&signature=aaaa", api + "/a?api_key=one&signature=bbbb", true},
		"no secret":          {api + "/a?x=1", api + "/a?x=1", true},
		"the mask of a tape": {api + "/a?api_key=REDACTED", api + "/a", false}, // another query
	} {
		base := numbered()
		rt := open(t, t.TempDir()+"/tape", replay.Options{Reuse: true}).Wrap(base)
		get(t, rt, c.a)
		get(t, rt, c.b)
		if same := base.sent.Load() == 1; same != c.same {
			t.Errorf("%s: same %v, want %v", name, same, c.same)
		}
	}
}

func TestIgnoredQueryIsNoIdentity(t *testing.T) {
	base := numbered()
	rt := open(t, t.TempDir()+"/tape", replay.Options{Reuse: true, Match: replay.Match{IgnoreQuery: []string{"api_key"}}}).Wrap(base)
	get(t, rt, api+"/a?api_key=one")
	get(t, rt, api+"/a?api_key=two")
	if n := base.sent.Load(); n != 1 {
		t.Errorf("sent %d, want 1", n)
	}
}
