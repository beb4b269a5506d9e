// Package visits knows the cookies that do not identify a visitor: those that count visits, balance
// load, keep out robots, protect forms or hold a consent.
package visits

import "strings"

// Cookie reports by its name, whatever the case, whether a cookie does not belong to a session. It
// knows whole names, and families of names that end in something a site or a browser chooses. A
// prefix alone would take _gallery_session for one of _ga.
func Cookie(name string) bool {
	name = strings.ToLower(name)
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
