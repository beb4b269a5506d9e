package throttle

import (
	"net/http"
	"testing"
	"time"
)

func TestRuleText(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{Rule{Limit: 2}, "2 requests per second"},
		{Rule{Limit: 1, Per: time.Second}, "1 request per second"},
		{Rule{Limit: 10, Per: 500 * time.Millisecond}, "10 requests per 500 milliseconds"},
		{Rule{Limit: 10, Per: time.Millisecond}, "10 requests per millisecond"},
		{Rule{Limit: 10, Per: 1500 * time.Millisecond}, "10 requests per 1500 milliseconds"},
		{Rule{Limit: 10, Per: 90 * time.Second, URL: "/pokemon/"}, "10 requests per 90 seconds for URLs matching /pokemon/"},
		{Rule{Limit: 5, Per: 61 * time.Second}, "5 requests per 61 seconds"},
		{Rule{Limit: 5, Per: time.Minute}, "5 requests per minute"},
		{Rule{Limit: 5, Per: 5 * time.Minute}, "5 requests per 5 minutes"},
		{Rule{Limit: 5, Per: time.Hour}, "5 requests per hour"},
		{Rule{Limit: 1000, Per: 24 * time.Hour}, "1000 requests per 24 hours"},
		{Rule{Limit: 1, Per: 100 * time.Nanosecond}, "1 request per 100 nanoseconds"},
		{Rule{Limit: 3, Route: "GET /p/{id}", Host: "a.test"}, "3 requests per second to a.test for GET /p/{id}"},
		{Rule{Limit: 3, Method: "POST", Mode: UntilResponse}, "3 requests per second with method POST (until response)"},
		{Rule{Limit: 3, Key: func(*http.Request) string { return "" }}, "3 requests per second and key"},
		{Rule{Limit: 90, Per: time.Minute, Cost: func(*http.Request) int { return 2 }}, "90 units per minute"},
	} {
		for range 3 {
			if got := tt.rule.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		}
	}
}
