package layer

import "github.com/gracy-go/gracy/internal/declare"

var _ declare.Source = (*callContext)(nil)

// declarer is a layer that declares something about the requests of its stack.
type declarer interface{ Declares() declare.Rule }

// Declared implements [declare.Source]. It returns what all layers in the stack of the call
// declare.
func (cc *callContext) Declared() declare.Set { return cc.call.begunBy.declared }

// Route implements [declare.Source].
func (cc *callContext) Route() string { return cc.call.Route() }
