package replay

import "strings"

// cookies returns the cookies of a header that say as whom a request is made: all
// of them but those that are known to count visits, to balance load, to keep out
// robots, to guard forms, or to hold a consent. A session cannot be recognized by
// its name, so that what is not known counts.
func cookies(header string) (parts []string) {
	for pair := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if name == "" || masks(value) || masks(name) || visiting(strings.ToLower(name)) {
			continue
		}
		parts = append(parts, "Cookie: "+name+"="+value)
	}
	return parts
}

// visiting reports cookies that do not belong to a session.
func visiting(name string) bool {
	if strings.Contains(name, "csrf") || strings.Contains(name, "xsrf") || strings.Contains(name, "consent") {
		return true
	}
	for _, s := range []string{
		"_ga", "_gid", "_gat", "_gcl", "__utm", "_fbp", "_hj", "_pk_", "_clck", "_clsk", // visits
		"awsalb", "awselb", "arraffinity", "bigipserver", // load
		"__cf", "cf_", "ak_bmsc", "bm_sv", "incap_ses", "visid_incap", // robots
	} {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	return false
}
