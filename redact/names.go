package redact

// A kind says where a name is used. Some names are secret only in one kind.
type kind uint8

const (
	header kind = iota
	query
	field
)

// squeezed holds the end of a name without case and punctuation. No secret name in the list is
// longer. A longer name is judged by its suffix.
type squeezed [64]byte

// squeeze writes name into buf in lower case, with only its letters and digits and percent-escapes
// decoded, and returns the result. It keeps bytes beyond ASCII, so that a name in another script
// does not become empty.
func squeeze(name string, buf *squeezed) []byte {
	if n := len(name) - 3*len(buf); n > 0 {
		name = name[n:]
	}
	n := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '%' && i+2 < len(name) {
			hi, lo := unhex(name[i+1]), unhex(name[i+2])
			if hi < 16 && lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c >= 0x80:
		default:
			continue
		}
		if n == len(buf) {
			copy(buf[:], buf[1:])
			n--
		}
		buf[n] = c
		n++
	}
	return buf[:n]
}

// unhex returns the value of a hexadecimal digit, or 16 or more for any other byte.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

func hasSuffix(b []byte, s string) bool {
	return len(b) >= len(s) && string(b[len(b)-len(s):]) == s
}

func hasPrefix(b []byte, s string) bool {
	return len(b) >= len(s) && string(b[:len(s)]) == s
}

// listed reports whether the built-in list has the squeezed name in kind k.
func listed(k kind, name []byte) bool {
	switch k {
	case header:
		switch string(name) {
		case "cookie", "cookie2", "setcookie", "setcookie2", "authentication", "xkey", "dpop", "xregistryconfig",
			"xfunctionskey", "ddapplicationkey", "xshopifyhmacsha256", "xgithubotp", "xauthemail",
			"xgitlabtoken", "xsessionid", "authenticationinfo", "proxyauthenticationinfo",
			"xmsauthorizationauxiliary", "xmsclientprincipal", "xappwritekey":
			return true
		}
		// In a text, the name of a package such as auth or oauth before a colon is not a header.
		if hasPrefix(name, "x") && hasSuffix(name, "auth") || hasSuffix(name, "signature") || hasPrefix(name, "xhubsignature") {
			return true
		}
	case query:
		switch string(name) {
		case "key", "sig", "hmac", "auth", "pass", "sharedaccesssignature",
			"jsessionid", "phpsessid", "awsaccesskeyid", "googleaccessid":
			return true
		}
		// Presigned URLs; their dates and scopes are part of the credential.
		if hasPrefix(name, "xamz") || hasPrefix(name, "xgoog") || hasSuffix(name, "signature") {
			return true
		}
	case field:
	}
	switch string(name) {
	case "pwd", "jwt", "otp", "codeverifier", "devicecode", "authcode", "authorizationcode", "samlresponse",
		"awsaccesskeyid", "passwordconfirmation", "passwordhash", "password1", "password2", "subscriptionkey", "connectionstring":
		return true
	}
	return suffixed(name)
}

// suffixed reports whether the last word of a name makes it secret.
func suffixed(name []byte) bool {
	if len(name) == 0 {
		return false
	}
	switch name[len(name)-1] { // most names are decided by their last byte
	case 'n':
		if hasSuffix(name, "token") {
			return !cursor(name[:len(name)-len("token")])
		}
		return hasSuffix(name, "authorization") || hasSuffix(name, "assertion")
	case 't':
		return hasSuffix(name, "secret")
	case 'd':
		return hasSuffix(name, "password") || hasSuffix(name, "passwd")
	case 'e':
		return hasSuffix(name, "passphrase")
	case 'l':
		return hasSuffix(name, "credential")
	case 's':
		return hasSuffix(name, "credentials")
	case 'y':
		for _, s := range [...]string{
			"apikey", "secretkey", "privatekey", "accesskey", "authkey", "signingkey", "sharedkey",
			"masterkey", "encryptionkey", "applicationkey", "appkey", "subscriptionkey", "licensekey", "accountkey",
		} {
			if hasSuffix(name, s) {
				return true
			}
		}
	}
	return false
}

// cursor reports whether a token with this prefix in its name is the position of a page or a piece
// of text. Masking it would make all pages of a list look alike.
func cursor(name []byte) bool {
	for _, s := range [...]string{
		"page", "next", "prev", "previous", "continuation", "sync", "cursor", "pagination", "resume",
		"start", "skip", "bos", "eos", "pad", "unk", "sep", "cls", "mask", "special", "stop",
	} {
		if hasSuffix(name, s) {
			return true
		}
	}
	return false
}

// ambiguous reports whether a name is secret only if its value looks secret, or beside the other
// parameters of a token request: code is a country, an error or a grant, appid a number or a key.
func ambiguous(name []byte) bool {
	switch string(name) {
	case "code", "appid", "ticket", "session", "sessionid", "sid":
		return true
	}
	return false
}

// oauth reports whether a parameter of this name belongs to a token request.
func oauth(name []byte) bool {
	switch string(name) {
	case "clientid", "clientsecret", "granttype":
		return true
	}
	return false
}
