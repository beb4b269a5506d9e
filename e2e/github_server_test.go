package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	issuesRoute = "/repos/{owner}/{repo}/issues"
	githubToken = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
)

// A fakeGitHub is a repository with issues. It lists them in pages, with Link headers like
// GitHub's, and each POST creates an issue.
type fakeGitHub struct {
	mu     sync.Mutex // mu guards titles and left.
	titles []string
	left   int // the rest of the quota in its headers
}

func newFakeGitHub(issues int) *fakeGitHub {
	g := &fakeGitHub{left: 5000}
	for i := range issues {
		g.titles = append(g.titles, fmt.Sprintf("issue %d", i+1))
	}
	return g
}

type issueJSON struct {
	ID     int64  `json:"id"`
	Number int    `json:"number"`
	Title  string `json:"title"`
	State  string `json:"state"`
}

func asIssue(i int, title string) issueJSON { return issueJSON{int64(1000 + i), i, title, "open"} }

// ServeHTTP implements http.Handler.
func (g *fakeGitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+issuesRoute, g.list)
	mux.HandleFunc("POST "+issuesRoute, g.create)
	if r.Header.Get("Authorization") != "Bearer "+githubToken {
		fail(w, http.StatusUnauthorized, "Bad credentials")
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left--
	w.Header().Set("X-RateLimit-Limit", "5000")
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(g.left))
	w.Header().Set("X-RateLimit-Reset", "1900000000")
	mux.ServeHTTP(w, r)
}

func (g *fakeGitHub) list(w http.ResponseWriter, r *http.Request) {
	size, page := 30, 1
	for name, n := range map[string]*int{"per_page": &size, "page": &page} {
		if s := r.FormValue(name); s != "" {
			var err error
			if *n, err = strconv.Atoi(s); err != nil || *n < 1 {
				fail(w, http.StatusUnprocessableEntity, "bad "+name)
				return
			}
		}
	}
	pages := (len(g.titles) + size - 1) / size
	var links []string
	link := func(rel string, to int) {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(to))
		links = append(links, fmt.Sprintf(`<http://%s%s?%s>; rel=%q`, r.Host, r.URL.Path, q.Encode(), rel))
	}
	if page > 1 {
		link("prev", page-1)
	}
	if page < pages {
		link("next", page+1)
		link("last", pages)
	}
	if page > 1 {
		link("first", 1)
	}
	if links != nil {
		w.Header().Set("Link", strings.Join(links, ", "))
	}
	items := []issueJSON{}
	for i, title := range slices.All(g.titles) {
		if i/size+1 == page {
			items = append(items, asIssue(i+1, title))
		}
	}
	respond(w, http.StatusOK, items)
}

func (g *fakeGitHub) create(w http.ResponseWriter, r *http.Request) {
	var in struct{ Title string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Title == "" {
		fail(w, http.StatusUnprocessableEntity, "Validation Failed")
		return
	}
	g.titles = append(g.titles, in.Title)
	respond(w, http.StatusCreated, asIssue(len(g.titles), in.Title))
}

// all returns the titles of all issues in their order.
func (g *fakeGitHub) all() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.titles)
}

// fail responds with an error as GitHub does.
func fail(w http.ResponseWriter, status int, message string) {
	respond(w, status, map[string]string{"message": message})
}

// respond sets a Content-Length, so that the client notices a body that is cut off.
func respond(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client may have gone
}

// The control of the tests with the fake: it returns errors too.
func TestFakeGitHubRespondsWithErrors(t *testing.T) {
	g := newFakeGitHub(1)
	w := startFaultServer(t, g, script(""))
	base := new(http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	for _, tc := range []struct {
		method, target, token, body string
		status                      int
	}{
		{"GET", "/repos/a/b/issues", "wrong", "", 401},
		{"GET", "/repos/a/b/issues?page=x", githubToken, "", 422},
		{"GET", "/repos/a/b/pulls", githubToken, "", 404},
		{"POST", "/repos/a/b/issues", githubToken, "{}", 422},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, w.URL+tc.target, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tc.token)
		resp, err := base.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tc.status {
			t.Errorf("%s %s: %d, want %d", tc.method, tc.target, resp.StatusCode, tc.status)
		}
	}
	if got := len(g.all()); got != 1 {
		t.Errorf("%d issues, want 1", got)
	}
}
