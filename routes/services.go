package routes

// Stripe returns the routes of the Stripe API. The default bases are api.stripe.com and
// files.stripe.com.
func Stripe(bases ...string) []string {
	return on(bases, []string{"api.stripe.com", "files.stripe.com"},
		lines(`
/{path...}
/v1/balance
/v1/events
/v1/events/{id}
/v1/files
/v1/files/{id}
/v1/files/{id}/contents
/v1/tokens
/v1/tokens/{id}
/v1/checkout/sessions
/v1/checkout/sessions/{id}
/v1/checkout/sessions/{id}/{path...}
/v1/billing_portal/{path...}
/v1/issuing/{path...}
/v1/terminal/{path...}
/v1/tax/{path...}
/v1/{resource}
/v1/{resource}/{id}
/v1/{resource}/{id}/{path...}
/v2/{path...}
/v2/core/{path...}
/v2/billing/{path...}
`),
		each("/v1/", "prices products refunds disputes webhook_endpoints balance_transactions transfers coupons invoiceitems", "", "/{id}"),
		each("/v1/", "customers charges payment_intents setup_intents payment_methods subscriptions invoices accounts",
			"", "/{id}", "/{id}/{path...}"))
}

// Slack returns the routes of Slack: the methods of its Web API, each a route of its own,
// uploads, and incoming webhooks, whose path is a credential. The default bases are slack.com,
// files.slack.com and hooks.slack.com.
func Slack(bases ...string) []string {
	return on(bases, []string{"slack.com", "files.slack.com", "hooks.slack.com"}, lines(`
/{path...}
/api/{method}
/api/{method}/{path...}
/services/{path...}
/triggers/{path...}
/workflows/{path...}
/commands/{path...}
/upload/{path...}
`), each("/api/", `
api.test apps.connections.open auth.test
chat.delete chat.getPermalink chat.postEphemeral chat.postMessage chat.scheduleMessage chat.update
conversations.create conversations.history conversations.info conversations.invite conversations.join conversations.list
conversations.members conversations.open conversations.replies
files.completeUploadExternal files.getUploadURLExternal files.info files.list files.upload
oauth.v2.access pins.add reactions.add reactions.get reactions.remove reminders.add search.messages
team.info usergroups.list usergroups.users.list
users.conversations users.info users.list users.lookupByEmail users.profile.get users.profile.set
views.open views.publish views.push views.update
`, ""))
}

// Twilio returns the routes of Twilio. The default bases are api.twilio.com, verify.twilio.com
// and the hosts of its other products. A base of your own gets the paths of all products.
func Twilio(bases ...string) []string {
	var products []string
	for _, product := range lines(`accounts chat content conversations events flex-api insights intelligence lookups messaging
monitor notify numbers pricing proxy serverless studio supersim sync taskrouter trunking trusthub verify video voice wireless`) {
		products = append(products, product+".twilio.com")
	}
	const account = "/2010-04-01/Accounts/{account}"
	all := on(bases, []string{"api.twilio.com"},
		lines(`
/{path...}
/2010-04-01/Accounts.json
/2010-04-01/Accounts/{account}.json
/2010-04-01/{path...}
`+account+`/{resource}
`+account+`/{resource}/{sid}
`+account+`/{path...}
`+account+`/AvailablePhoneNumbers/{country}/{path...}
`+account+`/Messages/{message}/{path...}
`+account+`/Calls/{call}/{path...}
`+account+`/Conferences/{conference}/Participants/{participant}
`+account+`/Usage/{path...}
`),
		each(account+"/", "Messages Calls Recordings Conferences IncomingPhoneNumbers", ".json", "/{sid}.json"))
	rest := lines(`
/{version}/{resource}
/{version}/{resource}/{sid}
/{version}/{resource}/{sid}/{path...}
/{version}/PhoneNumbers/{number}
/{version}/Services
/{version}/Services/{service}
/{version}/Services/{service}/{resource}
/{version}/Services/{service}/{resource}/{sid}
/{version}/Services/{service}/{resource}/{sid}/{path...}
/{version}/Services/{service}/VerificationCheck
/{version}/Services/{service}/Verifications
/{version}/Services/{service}/Verifications/{sid}
/{version}/Conversations/{conversation}/{path...}
/{version}/Workspaces/{workspace}/{path...}
/{version}/Flows/{flow}/{path...}
`)
	if len(bases) == 0 {
		return append(all, on(nil, products, lines("/{path...}"), rest)...)
	}
	return append(all, on(bases, nil, rest)...)
}
