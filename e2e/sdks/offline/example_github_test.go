package offline

import (
	"testing"

	"github.com/google/go-github/v88/github"

	"github.com/gracy-go/gracy/replay/replaytest"
)

// testIssues is a test of code that uses go-github. In a test file it would be named TestIssues.
// Its tape is testdata/TestIssues.json.
func testIssues(t *testing.T) { //nolint:thelper // the body of a test
	api, err := github.NewClient(
		github.WithHTTPClient(replaytest.Client(t)),
		github.WithAuthToken("a-real-token-while-it-is-recorded"), // masked on the tape
	)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	opts := &github.IssueListByRepoOptions{State: "open"}
	for {
		issues, resp, err := api.Issues.ListByRepo(t.Context(), "octo", "hello", opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, issue := range issues {
			titles = append(titles, issue.GetTitle())
		}
		if resp.NextPage == 0 {
			break
		}
		opts.ListOptions.Page = resp.NextPage
	}
	if len(titles) != 3 || titles[2] != "It rains" {
		t.Errorf("titles %q", titles)
	}
}

// An SDK is given a client that replays the tape of a test. The test is testIssues, and its tape is
// testdata/TestIssues.json.
func Example() {
	_ = testIssues // func TestIssues(t *testing.T)
	// Output:
}
