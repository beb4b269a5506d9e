package meter

import "testing"

// While a store fails only the window counts. A request that was granted then and leaves has no
// token to leave behind.
func TestATokenThatWasNotTakenIsNotGivenBack(t *testing.T) {
	s := &StoreTokens{local: true, failures: 1, blocked: 100}
	if s.Next(50, 1) != 50 || s.MustAsk(50, 1) || s.Spend(50, 1) != (Receipt{}) {
		t.Error("a token where the store fails")
	}
	s = &StoreTokens{tokens: 1, expires: Never}
	if s.Spend(50, 1) != (Receipt{Never, 1}) || s.tokens != 0 {
		t.Error("no token where there is one")
	}
}
