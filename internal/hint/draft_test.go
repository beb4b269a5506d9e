package hint

import (
	"testing"
	"time"
)

func TestAMalformedFieldOfTheDraftIsIgnoredAsAWhole(t *testing.T) {
	for _, test := range []struct {
		field string
		want  time.Duration
		ok    bool
	}{
		{`"day";r=0;t=60`, time.Minute, true},
		{`"day";r=0;t=60, "hour";r=0;t=5`, time.Minute, true},
		{`"day";r=1;t=60, "hour";r=0;t=5`, 5 * time.Second, true},
		{`"a, b; c";r=0;t=5`, 5 * time.Second, true}, // the separators are within quotes
		{`"a \" b";r=0;t=5`, 5 * time.Second, true},
		{`"day";r=0;t=5;pk=:YQ==:`, 5 * time.Second, true}, // an unknown parameter
		{`limit=10, remaining=0, reset=7`, 7 * time.Second, true},
		{`limit=10, remaining=3, reset=7`, 0, false},
		{`"day";r=0`, 0, false},
		{`"day"`, 0, false},
		{``, 0, false},
		{`"day";r=0;t=60,`, 0, false},
		{`"day";r=0;t=60, "hour";r=x;t=5`, 0, false},
		{`"day";r=0;t=60;`, 0, false},
		{`"day";r=0;t=60, "hour`, 0, false},
		{`"day";r=0;t=-1`, 0, false},
		{`remaining=0, reset=soon`, 0, false},
	} {
		var q quotas
		q.readDraft(test.field, (&clock{now: now}))
		if got, ok := q.spent.wait, q.spent.ok; got != test.want || ok != test.ok {
			t.Errorf("%q: %v, %v, want %v, %v", test.field, got, ok, test.want, test.ok)
		}
	}
}
