package replaytest_test

import "testing"

// TestChat is the test that ExampleClient_stream shows. It replays its tape.
func TestChat(t *testing.T) { testChat(t) }
