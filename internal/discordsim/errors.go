package discordsim

import (
	"fmt"
	"net/http"
)

// apiError is an answer other than success, with Discord's own status, code and
// words: https://discord.com/developers/docs/topics/opcodes-and-status-codes.
type apiError struct {
	Status  int            `json:"-"`
	Message string         `json:"message"`
	Code    int            `json:"code"`
	Errors  map[string]any `json:"errors,omitempty"`
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%d: %s (%d)", e.Status, e.Message, e.Code)
}

func errUnauthorized() *apiError { return &apiError{Status: 401, Message: "401: Unauthorized"} }
func errNotFound() *apiError     { return &apiError{Status: 404, Message: "404: Not Found"} }
func errMethod() *apiError       { return &apiError{Status: 405, Message: "405: Method Not Allowed"} }

func errUnknown(what string) *apiError {
	code := map[string]int{
		"Application": 10002, "Channel": 10003, "Guild": 10004, "Member": 10007, "Message": 10008,
		"User": 10013, "Webhook": 10015, "Interaction": 10062, "Application Command": 10063,
	}[what]
	return &apiError{Status: http.StatusNotFound, Message: "Unknown " + what, Code: code}
}

func errMissingAccess() *apiError {
	return &apiError{Status: 403, Message: "Missing Access", Code: 50001}
}

func errMissingPermissions() *apiError {
	return &apiError{Status: 403, Message: "Missing Permissions", Code: 50013}
}

func errEmptyMessage() *apiError {
	return &apiError{Status: 400, Message: "Cannot send an empty message", Code: 50006}
}

func errNotAuthor() *apiError {
	return &apiError{Status: 403, Message: "Cannot edit a message authored by another user", Code: 50005}
}

func errAcknowledged() *apiError {
	return &apiError{Status: 400, Message: "Interaction has already been acknowledged.", Code: 40060}
}

func errWebhookToken() *apiError {
	return &apiError{Status: 401, Message: "Invalid Webhook Token", Code: 50027}
}

func errInvalidJSON() *apiError {
	return &apiError{Status: 400, Message: "The request body contains invalid JSON.", Code: 50109}
}

func errTooLarge() *apiError {
	return &apiError{Status: 413, Message: "Request entity too large", Code: 40005}
}

func errDailyCommands() *apiError {
	return &apiError{Status: 400, Message: "Max number of daily application command creates has been reached (200)", Code: 30034}
}

func errChannelType() *apiError {
	return &apiError{Status: 400, Message: "Cannot execute action on this channel type", Code: 50024}
}

func errCrossposted() *apiError {
	return &apiError{Status: 400, Message: "This message has already been crossposted.", Code: 40033}
}
