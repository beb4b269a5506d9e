package routes

// Vault returns the routes of Vault and OpenBao. Secret paths, roles and the mount of an
// engine are placeholders. A mount of several segments is part of {path}. Without a base it
// matches any host.
func Vault(bases ...string) []string {
	return on(bases, anyHost(),
		lines(`
/v1/{mount}
/v1/{mount}/{path...}
/v1/sys/{path...}
/v1/sys/health
/v1/sys/seal-status
/v1/sys/leader
/v1/sys/mounts
/v1/sys/mounts/{path...}
/v1/sys/policies/{path...}
/v1/sys/leases/{path...}
/v1/sys/leases/renew
/v1/sys/leases/revoke
/v1/sys/wrapping/{action}
/v1/sys/internal/{path...}
/v1/sys/storage/{path...}
/v1/identity/{path...}
/v1/cubbyhole/{path...}
/v1/auth/{mount}/{path...}
/v1/auth/{mount}/login
/v1/auth/{mount}/login/{user}
/v1/auth/{mount}/role/{path...}
/v1/auth/token/create
/v1/auth/token/create/{role}
/v1/auth/token/lookup
/v1/auth/token/lookup-self
/v1/auth/token/renew
/v1/auth/token/renew-self
/v1/auth/token/revoke
/v1/auth/token/revoke-self
/v1/{mount}/ca/{path...}
/v1/{mount}/cert/{serial}
/v1/{mount}/datakey/{type}/{key}
`),
		each("/v1/{mount}/", "data metadata subkeys delete undelete destroy", "/{path...}"),
		each("/v1/{mount}/", "creds static-creds issue roles code", "/{role}"),
		each("/v1/{mount}/", "encrypt decrypt rewrap", "/{key}"),
		each("/v1/{mount}/", "sign verify hmac keys config", "/{path...}"))
}
