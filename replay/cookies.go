package replay

import "strings"

// cookies returns the cookies of a header that say as whom a request is made: all
// of them but those that are known to count visits, to balance load, to keep out
// robots, to guard forms, or to hold a consent. A session cannot be recognized by
// its name, so that what is not known counts.
func cookies(header string) (list []pair) {
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" || masks(value) || masks(name) || visiting(strings.ToLower(name)) {
			continue
		}
		list = append(list, pair{name, value})
	}
	return list
}

// visiting reports cookies that do not belong to a session: whole names, and families of
// names that end in what a site or a browser chooses. A prefix alone would take
// _gallery_session for one of _ga.
func visiting(name string) bool {
	switch name {
	case "_ga", "_gid", "_gat", "_fbp", "_fbc", "_clck", "_clsk", "_hjid", "_hjfirstseen", // visits
		"awsalb", "awsalbcors", "awsalbtg", "awsalbtgcors", "awselb", "awselbcors", "arraffinity", "arraffinitysamesite", "__cflb", // load
		"__cf_bm", "__cfruid", "_cfuvid", "cf_clearance", "ak_bmsc", "bm_sv", // robots
		"csrf", "_csrf", "csrftoken", "csrf-token", "csrf_token", "xsrf-token", "xsrf_token", "_xsrf", "x-csrf-token", "x-xsrf-token", // forms
		"cookieconsent", "cookie_consent", "cookie-consent", "cookieconsent_status", "optanonconsent": // consent
		return true
	}
	for _, family := range []string{"_ga_", "_gat_", "_gcl_", "_hjsession_", "_hjsessionuser_", "_pk_id.", "_pk_ses.", "_pk_ref.", "incap_ses_", "visid_incap_", "bigipserver"} {
		if rest, ok := strings.CutPrefix(name, family); ok && rest != "" {
			return true
		}
	}
	return len(name) == len("__utma") && strings.HasPrefix(name, "__utm")
}
