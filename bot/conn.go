package bot

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// gatewayDialer returns a dialer whose connections never wait for ever: the
// library behind it sets no deadlines, and a server that falls silent would hang
// it, and whoever wants to close it, for good. Ending ctx ends the connection's
// handshake; established is called with each connection.
func gatewayDialer(ctx context.Context, timing Timing, established func(*deadlineConn)) *websocket.Dialer {
	dial := func(dialCtx context.Context, network, addr string) (net.Conn, error) {
		dialCtx, cancel := context.WithCancel(dialCtx)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		raw, err := (&net.Dialer{}).DialContext(dialCtx, network, addr)
		if err != nil {
			return nil, err
		}
		c := &deadlineConn{Conn: raw, write: timing.Handshake}
		c.read.Store(int64(timing.Handshake))
		established(c)
		return c, nil
	}
	return &websocket.Dialer{
		NetDialContext:   dial,
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: timing.Handshake,
	}
}

// deadlineConn gives every read and every write a deadline of its own.
type deadlineConn struct {
	net.Conn
	read  atomic.Int64 // time.Duration
	write time.Duration
	last  atomic.Pointer[error] // of the last read that failed
}

func (c *deadlineConn) Read(p []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(time.Now().Add(time.Duration(c.read.Load()))); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if err != nil {
		c.last.Store(&err)
	}
	return n, err
}

func (c *deadlineConn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.write)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// lost is why the connection ended, as far as it is known.
func (c *deadlineConn) lost() error {
	if err := c.last.Load(); err != nil {
		return *err
	}
	return nil
}
