package news

// Op is what a node of a query does with its parts.
type Op string

const (
	OpPhrase Op = "phrase" // Words, in this order, one beside the other
	OpAnd    Op = "and"    // all of Args
	OpOr     Op = "or"     // any of Args
	OpNot    Op = "not"    // Args[0] must be absent; stands only beside something positive inside an and
)

// Expr is a keyword query as a tree. match.Compile makes it; a store turns it
// into its own full-text language.
type Expr struct {
	Op    Op
	Words []string // of a phrase: at least one, folded as match folds text
	Args  []Expr   // of the others
}
