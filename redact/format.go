package redact

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// shortest is the length of the shortest credential of a known format.
const shortest = 16

// A format describes the keys and tokens of a service.
type format struct {
	prefix string
	tail   int // the least number of bytes behind it
}

// formats are the formats of services whose keys have a prefix of their own, in order.
//
//nolint:gochecknoglobals // a table
var formats = [...]format{
	{"ABSK", 60},
	{"AGE-SECRET-KEY-1", 50},
	{"AIza", 30},
	{"AKIA", 16},
	{"ASIA", 16},
	{"ATATT3", 60},
	{"ATCTT3", 60},
	{"CCIPAT_", 40},
	{"CFPAT-", 40},
	{"EAAA", 40},
	{"EZAK", 50},
	{"EZTK", 50},
	{"FLWSECK", 20},
	{"GOCSPX-", 16},
	{"HRKU-", 30},
	{"LTAI", 16},
	{"NRAK-", 20},
	{"PMAK-", 20},
	{"SG.", 20},
	{"api_org_", 30},
	{"bkua_", 40},
	{"csk-", 40},
	{"dapi", 32},
	{"dckr_oat_", 20},
	{"dckr_pat_", 20},
	{"doo_v1_", 20},
	{"dop_v1_", 20},
	{"dor_v1_", 20},
	{"dp.", 40},
	{"duffel_live_", 40},
	{"duffel_test_", 40},
	{"figd_", 20},
	{"fm2_", 40},
	{"fo1_", 40},
	{"gho_", 20},
	{"ghp_", 20},
	{"ghr_", 20},
	{"ghs_", 20},
	{"ghu_", 20},
	{"github_pat_", 20},
	{"glagent-", 20},
	{"glc_", 32},
	{"glcbt-", 16},
	{"gldt-", 16},
	{"glffct-", 16},
	{"glft-", 16},
	{"glimt-", 16},
	{"gloas-", 20},
	{"glpat-", 16},
	{"glptt-", 20},
	{"glrt-", 16},
	{"glsa_", 32},
	{"glsoat-", 16},
	{"gsk_", 20},
	{"hf_", 20},
	{"hvb.", 16},
	{"hvs.", 16},
	{"jina_", 40},
	{"lin_api_", 16},
	{"lin_oauth_", 32},
	{"lsv2_pt_", 32},
	{"lsv2_sk_", 32},
	{"nfp_", 36},
	{"npm_", 30},
	{"ntn_", 40},
	{"nvapi-", 40},
	{"ops_eyJ", 60},
	{"pat-eu1-", 30},
	{"pat-na1-", 30},
	{"pcsk_", 40},
	{"pplx-", 40},
	{"pscale_oauth_", 32},
	{"pscale_pw_", 32},
	{"pscale_tkn_", 32},
	{"pul-", 40},
	{"pypi-", 30},
	{"r8_", 20},
	{"rk_live_", 10},
	{"rk_prod_", 10},
	{"rk_test_", 10},
	{"rpa_", 40},
	{"rubygems_", 40},
	{"sb_secret_", 20},
	{"sbp_", 40},
	{"shpat_", 16},
	{"shpca_", 16},
	{"shppa_", 16},
	{"shpss_", 16},
	{"sk-", 12},
	{"sk_", 32},
	{"sk_live_", 10},
	{"sk_prod_", 10},
	{"sk_test_", 10},
	{"sntrys_", 40},
	{"sntryu_", 40},
	{"sq0atp-", 16},
	{"sq0csp-", 16},
	{"tfp_", 40},
	{"tskey-", 20},
	{"tvly-", 20},
	{"whsec_", 16},
	{"xai-", 20},
	{"xapp-", 10},
	{"xkeysib-", 40},
	{"xoxa-", 10},
	{"xoxb-", 10},
	{"xoxe-", 20},
	{"xoxe.", 20},
	{"xoxp-", 10},
	{"xoxr-", 10},
	{"xoxs-", 10},
	{"ya29.", 16},
}

// credential reports whether s as a whole has a format that only credentials have.
func credential(s string) bool {
	if len(s) < shortest || len(s) > 8192 || !keyLike(s[0], s[1]) {
		return false
	}
	if strings.HasPrefix(s, "eyJ") {
		return jwt(s)
	}
	for _, f := range formatsOf(s[0], s[1]) {
		if tail, ok := strings.CutPrefix(s, f.prefix); ok && len(tail) >= f.tail && opaque(tail) {
			return true
		}
	}
	return false
}

// beginsLikeKey reports whether a text begins like a JSON Web Token or one of the formats.
func beginsLikeKey(b []byte) bool {
	if len(b) < 2 || !keyLike(b[0], b[1]) {
		return false
	}
	return bytes.HasPrefix(b, []byte("eyJ")) || slices.ContainsFunc(formatsOf(b[0], b[1]), func(f format) bool {
		return len(b) >= len(f.prefix) && string(b[:len(f.prefix)]) == f.prefix
	})
}

// formatsOf returns the formats that begin with the two bytes.
func formatsOf(first, second byte) []format {
	order := func(f format, begin [2]byte) int {
		return cmp.Or(cmp.Compare(f.prefix[0], begin[0]), cmp.Compare(f.prefix[1], begin[1]))
	}
	begin := [2]byte{first, second}
	from, _ := slices.BinarySearchFunc(formats[:], begin, order)
	to := from
	for to < len(formats) && order(formats[to], begin) == 0 {
		to++
	}
	return formats[from:to]
}

// keyLike reports whether a word begins like a JSON Web Token or one of the formats. It is called
// for every long word of a body, so it searches nothing.
func keyLike(first, second byte) bool {
	switch string([]byte{first, second}) {
	case "AB", "AG", "AI", "AK", "AS", "AT", "CC", "CF", "EA", "EZ", "FL", "GO", "HR", "LT", "NR",
		"PM", "SG", "ap", "bk", "cs", "da", "dc", "do", "dp", "du", "ey", "fi", "fm", "fo", "gh", "gi",
		"gl", "gs", "hf", "hv", "ji", "li", "ls", "nf", "np", "nt", "nv", "op", "pa", "pc", "pp", "ps",
		"pu", "py", "r8", "rk", "rp", "ru", "sb", "sh", "sk", "sn", "sq", "tf", "ts", "tv", "wh", "xa",
		"xk", "xo", "ya":
		return true
	}
	return false
}
