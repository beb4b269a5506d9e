package routes_test

func vaultOperations() []operation {
	const h, m = "127.0.0.1:8200", "/v1/{mount}"
	return []operation{
		{h + "/v1/secret/data/team/%s", m + "/data/{path...}"},
		{h + "/v1/%s/data/%s/%s", m + "/data/{path...}"},
		{h + "/v1/secret/metadata/%s", m + "/metadata/{path...}"},
		{h + "/v1/secret/metadata/%s/?list=true", m + "/metadata/{path...}"},
		{h + "/v1/secret/destroy/%s", m + "/destroy/{path...}"},
		{h + "/v1/kv/%s", m + "/{path...}"},
		{h + "/v1/kv/%s/%s", m + "/{path...}"},
		{h + "/v1/transit/encrypt/%s", m + "/encrypt/{key}"},
		{h + "/v1/database/creds/%s", m + "/creds/{role}"},
		{h + "/v1/pki/issue/%s", m + "/issue/{role}"},
		{h + "/v1/auth/%s/login", "/v1/auth/{mount}/login"},
		{h + "/v1/auth/userpass/login/%s", "/v1/auth/{mount}/login/{user}"},
		{h + "/v1/auth/data/login/%s", "/v1/auth/{mount}/login/{user}"},
		{h + "/v1/auth/token/lookup-self", "/v1/auth/token/lookup-self"},
		{h + "/v1/auth/token/lookup/%s", "/v1/auth/{mount}/{path...}"},
		{h + "/v1/sys/health", "/v1/sys/health"},
		{h + "/v1/sys/mounts/%s/tune", "/v1/sys/mounts/{path...}"},
		{h + "/v1/sys/policies/acl/%s", "/v1/sys/policies/{path...}"},
		{h + "/v1/sys/data/%s", "/v1/sys/{path...}"},
		{h + "/v1/identity/entity/name/%s", "/v1/identity/{path...}"},
		{h + "/v1/cubbyhole/%s", "/v1/cubbyhole/{path...}"},
	}
}
