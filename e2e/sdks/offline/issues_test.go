package offline

import "testing"

// TestIssues is the test that the Example shows, and replays its tape.
func TestIssues(t *testing.T) { testIssues(t) }
