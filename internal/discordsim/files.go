package discordsim

import (
	"cmp"
	"crypto/subtle"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// maxFile is what Discord takes as one file, from people without a subscription
	// and from bots alike: 10 MiB.
	maxFile = 10 << 20
	// maxFiles is how many files a message has at most.
	maxFiles = 10
	// keepFiles is how many bytes of files are kept; the oldest go first.
	keepFiles = 256 << 20
	// linkLife is how long a file's address says that it is good for. Discord signs
	// addresses anew whenever it hands them out; here they stay good.
	linkLife = 24 * time.Hour
)

// File is a file that a person or a bot uploads.
type File struct {
	Name        string
	ContentType string // told by the name when empty
	Data        []byte // at most 10 MiB
}

// upload is a file of a bot's request.
type upload struct {
	File
	index int // n of files[n]
}

// storedFile is a file that an attachment's address leads to.
type storedFile struct {
	Attachment
	path string // of its address
	key  string // without which the address leads nowhere
	data []byte
}

// fileStore holds the files that can be downloaded. The server's mu guards it.
type fileStore struct {
	byPath map[string]*storedFile
	order  []string // paths, oldest first
	size   int
}

func (st *fileStore) add(f *storedFile) {
	st.byPath[f.path] = f
	st.order = append(st.order, f.path)
	st.size += len(f.data)
	for st.size > keepFiles && len(st.order) > 1 {
		st.size -= len(st.byPath[st.order[0]].data)
		delete(st.byPath, st.order[0])
		st.order = st.order[1:]
	}
}

// attach stores a file below a folder and returns the attachment that stands for
// it. The caller holds mu.
func (s *Server) attach(folder string, f File) Attachment {
	a := Attachment{
		ID: s.ids.next(), Filename: cleanName(f.Name), Size: int64(len(f.Data)), ContentType: contentType(f),
	}
	if title := strings.TrimSuffix(f.Name, path.Ext(f.Name)); title != strings.TrimSuffix(a.Filename, path.Ext(a.Filename)) {
		a.Title = title
	}
	stored := &storedFile{path: "/" + folder + "/" + a.ID + "/" + a.Filename, key: randomText(), data: f.Data}
	q := url.Values{
		"ex": {strconv.FormatInt(s.now().Add(linkLife).Unix(), 16)},
		"is": {strconv.FormatInt(s.now().Unix(), 16)},
		"hm": {stored.key},
	}
	a.URL = s.base() + stored.path + "?" + q.Encode()
	a.ProxyURL = a.URL
	stored.Attachment = a
	s.files.add(stored)
	return a
}

// base is the address that files are downloaded from. The caller holds mu.
func (s *Server) base() string {
	if s.ln == nil {
		return "http://localhost"
	}
	return "http://" + s.ln.Addr().String()
}

// cleanName is a file's name as Discord keeps it: spaces become underscores, and of
// the rest only letters, digits, dots, hyphens and underscores of ASCII stay.
func cleanName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '_'
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return -1
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	clean = strings.TrimLeft(clean, ".")
	return cmp.Or(clean[:min(len(clean), 200)], "unknown")
}

// contentTypes are told by a name's ending. The system's own table differs from one
// machine to the next.
var contentTypes = map[string]string{
	".csv": "text/csv; charset=utf-8", ".gif": "image/gif", ".html": "text/html; charset=utf-8", ".jpeg": "image/jpeg",
	".jpg": "image/jpeg", ".json": "application/json; charset=utf-8", ".md": "text/markdown; charset=utf-8",
	".pdf": "application/pdf", ".png": "image/png", ".txt": "text/plain; charset=utf-8", ".webp": "image/webp",
	".xml": "application/xml; charset=utf-8", ".zip": "application/zip",
}

// contentType is a file's type, "" when nothing tells it.
func contentType(f File) string {
	if t, _, err := mime.ParseMediaType(f.ContentType); err == nil && t != "application/octet-stream" {
		return f.ContentType
	}
	return contentTypes[strings.ToLower(path.Ext(f.Name))]
}

// serveFile answers for cdn.discordapp.com. An address without its signature leads
// nowhere.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	f := s.stored(r.URL)
	if f == nil {
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", cmp.Or(f.ContentType, "application/octet-stream"))
	h.Set("Content-Length", strconv.Itoa(len(f.data)))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Filename}))
	// A stranger's file must not become a page of this origin.
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	w.Write(f.data)
}

func (s *Server) stored(u *url.URL) *storedFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files.byPath[u.Path]
	if f == nil || subtle.ConstantTimeCompare([]byte(f.key), []byte(u.Query().Get("hm"))) != 1 {
		return nil
	}
	return f
}

// File is what an attachment's address leads to, and false where nothing is kept
// there.
func (s *Server) File(address string) ([]byte, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, false
	}
	f := s.stored(u)
	if f == nil {
		return nil, false
	}
	return f.data, true
}

// diskFile is a file that a person can choose for an option.
type diskFile struct {
	id string
	File
}

// keepDisk is how many bytes of files that people chose are kept.
const keepDisk = 64 << 20

// AddFile puts a file on the people's disk: an attachment option takes it by name,
// as in "/feeds import file:list.opml". Of several with one name the last counts.
func (s *Server) AddFile(name string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addFile(File{Name: name, Data: data})
}

// addFile returns the id under which the page names the file. The caller holds mu.
func (s *Server) addFile(f File) string {
	s.disk = append(s.disk, diskFile{s.ids.next(), f})
	for size := 0; ; size = 0 {
		for _, d := range s.disk {
			size += len(d.Data)
		}
		if size <= keepDisk || len(s.disk) == 1 {
			return s.disk[len(s.disk)-1].id
		}
		s.disk = slices.Delete(s.disk, 0, 1)
	}
}

// onDisk finds a file by name or id. The caller holds mu.
func (s *Server) onDisk(name string) (File, bool) {
	for _, d := range slices.Backward(s.disk) {
		if d.Name == name || d.id == name {
			return d.File, true
		}
	}
	return File{}, false
}

// attachment uploads the file that an option names: a File, or the name of one that
// was added.
func (b *optionBuilder) attachment(o Option, v any) (string, error) {
	f, ok := v.(File)
	if name, isText := v.(string); isText {
		f, ok = b.s.onDisk(name)
	}
	switch {
	case !ok:
		return "", refused("%s must be a file, and there is no file %v", o.Name, v)
	case len(f.Data) > maxFile:
		return "", refused("%s is larger than 10 MB", f.Name)
	}
	a := b.s.attach("ephemeral-attachments/"+b.s.app.ID, f)
	a.Ephemeral = true
	b.resolve("attachments", a.ID, a)
	return a.ID, nil
}
