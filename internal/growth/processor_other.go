//go:build !unix

package growth

import "time"

// processor returns the time on the clock, because no other is available here.
func processor() time.Duration { return time.Duration(time.Now().UnixNano()) }
