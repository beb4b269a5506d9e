package long

import "testing"

// spy is a test that notes whether it was skipped.
type spy struct {
	testing.TB
	skipped bool
}

func (s *spy) Helper()     {}
func (s *spy) Skip(...any) { s.skipped = true }

func TestOnly(t *testing.T) {
	for value, want := range map[string]bool{"": true, "1": testing.Short()} {
		t.Setenv(Env, value)
		s := new(spy)
		if Only(s); s.skipped != want {
			t.Errorf("%s=%q: skipped %v, want %v", Env, value, s.skipped, want)
		}
	}
}
