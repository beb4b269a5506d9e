package offline

import "testing"

// TestIssues runs the test that the Example shows, which replays its tape.
func TestIssues(t *testing.T) { testIssues(t) }
