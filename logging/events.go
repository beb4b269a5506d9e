package logging

import "slices"

// kind numbers the fields of Config.
type kind uint8

const (
	request kind = iota
	response
	failure
	retry
	retried
	exhausted
	throttled
	released
	queued
	acquired
	freed
	paused
	recorded
	replayed
	untaken
	hooked
	leaked
	broken
	kinds // the number of kinds
)

// names returns the value of the attribute gracy.event for each kind.
func names() [kinds]string {
	return [kinds]string{
		"request", "response", "errors", "retry", "retried", "exhausted", "throttled", "released", "queued", "acquired", "freed",
		"paused", "recorded", "replayed", "untaken", "hooks", "leaks", "broken",
	}
}

// row describes one field of Config.
type row struct {
	field   string   // its name
	event   Event    // its value
	text    string   // the built-in message
	names   []string // the placeholders that the event knows
	byError bool     // it is logged by default, at ERROR
}

// rows returns the fields of a Config, in order.
func (c Config) rows() [kinds]row {
	base := []string{"METHOD", "URL", "UURL", "ENDPOINT", "UENDPOINT", "ARGS"}
	attempt := slices.Concat(base, []string{"CUR_ATTEMPT"})
	outcome := slices.Concat(attempt, []string{"STATUS", "ERROR", "REPLAY", "IS_REPLAY"})
	after := slices.Concat(outcome, []string{"ELAPSED"})
	whole := slices.Concat(after, []string{"LEDGER"})
	again := slices.Concat(after, []string{"MAX_ATTEMPT", "RETRY_DELAY", "RETRY_CAUSE"})
	waits := slices.Concat(attempt, []string{"THROTTLE_TIME", "THROTTLE_LIMIT", "THROTTLE_TIME_RANGE", "RULE"})
	slots := slices.Concat(attempt, []string{"CONCURRENT_REQUESTS", "RULE"})
	return [kinds]row{
		request:   {"Request", c.Request, "{METHOD} {URL}", base, false},
		response:  {"Response", c.Response, "{METHOD} {URL} returned {STATUS} in {ELAPSED}s", whole, false},
		failure:   {"Errors", c.Errors, "{METHOD} {URL} failed: {STATUS} {ERROR}", whole, true},
		retry:     {"Retry", c.Retry, "{METHOD} {URL} will be retried in {RETRY_DELAY}s, attempt {CUR_ATTEMPT} of {MAX_ATTEMPT} failed: {STATUS} {ERROR}", again, false},
		retried:   {"Retried", c.Retried, "{METHOD} {URL} retried, attempt {CUR_ATTEMPT}: {STATUS} {ERROR}", again, false},
		exhausted: {"Exhausted", c.Exhausted, "{METHOD} {URL} gave up after attempt {CUR_ATTEMPT} ({STOPPED}): {STATUS} {ERROR}", slices.Concat(again, []string{"STOPPED", "LEDGER"}), false},
		throttled: {"Throttled", c.Throttled, "{METHOD} {URL} waits {THROTTLE_TIME}s for {RULE}", waits, false},
		released:  {"Released", c.Released, "{METHOD} {URL} waited {THROTTLE_TIME}s for {RULE}", waits, false},
		queued:    {"Queued", c.Queued, "{METHOD} {URL} waits for a slot (limit {CONCURRENT_REQUESTS})", slots, false},
		acquired:  {"Acquired", c.Acquired, "{METHOD} {URL} got a slot after {QUEUE_TIME}s", slices.Concat(slots, []string{"QUEUE_TIME"}), false},
		freed:     {"Freed", c.Freed, "{METHOD} {URL} freed a slot (limit {CONCURRENT_REQUESTS})", slots, false},
		paused:    {"Paused", c.Paused, "{METHOD} {URL} returned {STATUS}: {SCOPE} is paused for {WAIT_TIME}s", slices.Concat(after, []string{"RETRY_AFTER", "RETRY_AFTER_ACTUAL_WAIT", "WAIT_TIME", "SCOPE"}), false},
		recorded:  {"Recorded", c.Recorded, "{METHOD} {URL} recorded", slices.Concat(attempt, []string{"STATUS", "RECORDED_COUNT"}), false},
		replayed:  {"Replayed", c.Replayed, "{METHOD} {URL} replayed", slices.Concat(attempt, []string{"STATUS", "REPLAY", "IS_REPLAY", "REPLAYED_COUNT"}), false},
		untaken:   {"Untaken", c.Untaken, "{METHOD} {URL}: no layer takes the override for {OVERRIDE}", slices.Concat(attempt, []string{"OVERRIDE"}), false},
		hooked:    {"Hooks", c.Hooks, "{METHOD} {URL}: a hook failed: {ERROR}", after, true},
		leaked:    {"Leaks", c.Leaks, "{METHOD} {URL} returned a body that was never closed", slices.Concat(attempt, []string{"LEDGER"}), true},
		broken:    {"Broken", c.Broken, "{METHOD} {URL} returned {STATUS} with a body that broke off: {ERROR}", whole, true},
	}
}
