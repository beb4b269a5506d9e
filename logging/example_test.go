package logging_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
)

// withoutAttributes writes lines without their time and their attributes.
func withoutAttributes() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || strings.Contains(a.Key, ".") {
			return slog.Attr{}
		}
		return a
	}}))
}

func ExampleNew() {
	client := &http.Client{Transport: logging.New(logging.Config{
		Logger:   withoutAttributes(),
		Response: logging.Message(slog.LevelInfo, "{METHOD} {UENDPOINT} returned {STATUS}"),
	}).Wrap(rttest.Respond(404, ""))}
	resp, err := client.Get("http://api.test/things/7")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	// Output:
	// level=INFO msg="GET /things/{id} returned 404"
	// level=ERROR msg="GET http://api.test/things/7 failed: 404"
}

// One line explains a failed call by its ledger.
func ExampleMessage() {
	took := regexp.MustCompile(`[0-9.]+(ns|µs|ms|s)\b`)
	lines := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key != slog.MessageKey {
			return slog.Attr{}
		}
		return slog.String(a.Key, took.ReplaceAllString(a.Value.String(), "5ms")) // times differ
	}}))
	log := logging.New(logging.Config{Logger: lines, Errors: logging.Message(slog.LevelError, "{LEDGER}")})
	client := &http.Client{Transport: log.Wrap(rttest.Respond(503, ""))}
	resp, err := client.Get("http://api.test/things/7")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	// Output:
	// msg="GET /things/{id}: 503 in 5ms; 1: 503 retryable, headers 5ms"
}

// An outage takes two lines instead of thirteen.
func ExampleLog_Flush() {
	lines := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch text, _, more := strings.Cut(a.Value.String(), " in "); {
		case a.Key == slog.MessageKey && more: // the time that it took differs
			return slog.String(a.Key, text)
		case a.Key == slog.MessageKey || a.Key == "gracy.repeats":
			return a
		}
		return slog.Attr{}
	}}))
	log := logging.New(logging.Config{Logger: lines, Repeats: time.Minute})
	client := &http.Client{Transport: log.Wrap(rttest.Respond(404, ""))}
	for range 13 {
		resp, err := client.Get("http://api.test/things/7")
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
	}
	log.Flush() // as a program does that ends
	// Output:
	// msg="GET http://api.test/things/7 failed: 404"
	// msg="GET /things/{id}: 404 x 12 more" gracy.repeats=12
}

// Every hundredth response is logged.
func ExampleEvent() {
	log := logging.New(logging.Config{Logger: withoutAttributes(), Response: logging.Event{Every: 100, Template: "{METHOD} {UENDPOINT} was one of a hundred"}})
	client := &http.Client{Transport: log.Wrap(rttest.Respond(200, ""))}
	for range 250 {
		resp, err := client.Get("http://api.test/things/7")
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
	}
	// Output:
	// level=INFO msg="GET /things/{id} was one of a hundred"
	// level=INFO msg="GET /things/{id} was one of a hundred"
}
