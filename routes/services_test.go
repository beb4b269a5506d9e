package routes_test

func stripeOperations() []operation {
	const h = "api.stripe.com"
	return []operation{
		{h + "/v1/customers", "/v1/customers"},
		{h + "/v1/customers/%s", "/v1/customers/{id}"},
		{h + "/v1/customers/%s/sources/%s", "/v1/customers/{id}/{path...}"},
		{h + "/v1/payment_intents/%s/confirm", "/v1/payment_intents/{id}/{path...}"},
		{h + "/v1/coupons/%s", "/v1/coupons/{id}"},
		{h + "/v1/checkout/sessions/%s", "/v1/checkout/sessions/{id}"},
		{h + "/v1/issuing/cards/%s", "/v1/issuing/{path...}"},
		{h + "/v1/promotion_codes/%s", "/v1/{resource}/{id}"},
		{h + "/v2/core/events/%s", "/v2/core/{path...}"},
		{"files.stripe.com/v1/files/%s/contents", "/v1/files/{id}/contents"},
	}
}

func slackOperations() []operation {
	return []operation{
		{"slack.com/api/chat.postMessage", "/api/chat.postMessage"},
		{"slack.com/api/users.info?user=U1", "/api/users.info"},
		{"slack.com/api/admin.users.list", "/api/{method}"},
		{"hooks.slack.com/services/T1/B1/%s", "/services/{path...}"},
		{"files.slack.com/upload/v1/%s", "/upload/{path...}"},
		{"files.slack.com/files-pri/T1-F1/download/%s", "/{path...}"},
	}
}

func twilioOperations() []operation {
	const a, r = "api.twilio.com/2010-04-01/Accounts/%s", "/2010-04-01/Accounts/{account}"
	return []operation{
		{a + ".json", r + ".json"},
		{a + "/Messages.json", r + "/Messages.json"},
		{a + "/Messages/%s.json", r + "/Messages/{sid}.json"},
		{a + "/Messages/%s/Media/%s.json", r + "/Messages/{message}/{path...}"},
		{a + "/Calls/%s/Recordings.json", r + "/Calls/{call}/{path...}"},
		{a + "/Queues/%s.json", r + "/{resource}/{sid}"},
		{a + "/AvailablePhoneNumbers/US/Local.json", r + "/AvailablePhoneNumbers/{country}/{path...}"},
		{"verify.twilio.com/v2/Services/%s/Verifications", "/{version}/Services/{service}/Verifications"},
		{"sync.twilio.com/v1/Services/%s/Documents/%s", "/{version}/Services/{service}/{resource}/{sid}"},
		{"lookups.twilio.com/v2/PhoneNumbers/%s", "/{version}/PhoneNumbers/{number}"},
		{"conversations.twilio.com/v1/Conversations/%s/Messages/%s", "/{version}/Conversations/{conversation}/{path...}"},
	}
}
