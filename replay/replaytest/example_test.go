package replaytest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
	"github.com/gracy-go/gracy/retry"
)

// A test that is recorded from the network once, with GRACY_TAPE=record.
func ExampleClient() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		client := replaytest.Client(t)
		resp, err := client.Get("https://pokeapi.co/api/v2/pokemon/pikachu")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
	}
	_ = test
	// Output:
}

// The tape under a layer of its own: the recorded failures are retried without waits.
func ExampleOpen() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		tape := replaytest.Open(t, replaytest.Config{})
		client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape)}
		_, _ = client.Get("https://pokeapi.co/api/v2/pokemon/pikachu") // or by the code under test, or an SDK
	}
	_ = test
	// Output:
}

// Two servers of one test have a name each, whatever their ports.
func ExampleConfig() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		api, login := httptest.NewServer(nil), httptest.NewServer(nil)
		defer api.Close()
		defer login.Close()
		tape := replaytest.Open(t, replaytest.Config{
			Hosts:   map[string]string{api.URL: "api.test", login.URL: "login.test"},
			Options: replay.Options{Match: replay.Match{IgnoreQuery: []string{"nonce"}}},
		})
		client := &http.Client{Transport: tape.Wrap(nil)}
		_, _ = client.Get(api.URL)
	}
	_ = test
	// Output:
}

// A test that waits for its server only while it records.
func ExampleTape_Mode() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		tape := replaytest.Open(t, replaytest.Config{})
		if tape.Mode() == replay.ModeRecord {
			t.Log("recording from the staging server")
		}
	}
	_ = test
	// Output:
}
