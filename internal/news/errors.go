package news

import (
	"errors"
	"fmt"
	"time"
)

// ErrNotFound is what a store answers for something that is not there, or not
// there for the server that asks.
var ErrNotFound = errors.New("not found")

// ErrNoArticle is the cause of an error about a page that could be read, and has no
// article.
var ErrNoArticle = errors.New("no article")

// UserError is an error whose text a Discord user, or a person at the command
// line, may read: what happened, and what to do next, in whole sentences. Every
// other error stays in the log.
type UserError struct {
	Text string
	Err  error // the cause for the log; may be nil
}

// Userf returns a UserError with a formatted text. A %w operand becomes its cause.
func Userf(format string, args ...any) *UserError {
	err := fmt.Errorf(format, args...)
	return &UserError{Text: err.Error(), Err: errors.Unwrap(err)}
}

func (e *UserError) Error() string { return e.Text }
func (e *UserError) Unwrap() error { return e.Err }

// SnoozeError tells the background work to try again after a while, without
// counting this as an attempt.
type SnoozeError struct {
	After time.Duration
	Err   error // why
}

func (e *SnoozeError) Error() string {
	return fmt.Sprintf("try again in %v: %v", e.After, e.Err)
}
func (e *SnoozeError) Unwrap() error { return e.Err }

// PermanentError tells the background work that no further attempt can succeed.
type PermanentError struct {
	Err error
}

func (e *PermanentError) Error() string { return "permanent: " + e.Err.Error() }
func (e *PermanentError) Unwrap() error { return e.Err }
