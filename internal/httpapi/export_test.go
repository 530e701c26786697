package httpapi

import (
	"log/slog"
	"net/http"
)

// Guard is what stands before every handler.
func Guard(log *slog.Logger, mux *http.ServeMux) http.Handler {
	return (&door{log: log}).guard(mux)
}
