//go:build !unix

package growth

import "time"

// processor returns the time on the clock, where no other is at hand.
func processor() time.Duration { return time.Duration(time.Now().UnixNano()) }
