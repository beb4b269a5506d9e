package replaytest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
	"github.com/gracy-go/gracy/retry"
)

// A test that is recorded once from the network, with GRACY_TAPE=record, and replayed from then on.
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

// The tape is below a retry layer: recorded failures are retried without waiting.
func ExampleOpen() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		tape := replaytest.Open(t, replaytest.Config{})
		client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape)}
		_, _ = client.Get("https://pokeapi.co/api/v2/pokemon/pikachu") // or by the code under test, or an SDK
	}
	_ = test
	// Output:
}

// The two servers of a test each have a name, whatever their ports.
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

// A test can do something only while it records.
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

// Code that asks for what is new since some time must send the same request in each replay. So the
// test gives it the day of the recording.
func ExampleTape_RecordedAt() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		tape := replaytest.Open(t, replaytest.Config{})
		client := &http.Client{Transport: tape.Wrap(nil)}
		yesterday := tape.RecordedAt().AddDate(0, 0, -1)
		_, _ = client.Get("https://api.example.com/rates?since=" + yesterday.Format(time.DateOnly))
	}
	_ = test
	// Output:
}

// A test to run now and then with the network: does the API still return what is on the tape of
// another test?
func ExampleTape_Verify() {
	test := func(t *testing.T) { //nolint:thelper // the body of a test
		if testing.Short() {
			t.Skip("it goes to the network")
		}
		tape := replaytest.Open(t, replaytest.Config{Path: "testdata/TestPikachu.json", AnyCount: true})
		for drift, err := range tape.Verify(t.Context(), nil, replay.VerifyOptions{Shape: true}) {
			switch {
			case err != nil:
				t.Error(err)
			case len(drift.Differences) > 0:
				t.Error(drift)
			}
		}
	}
	_ = test
	// Output:
}
