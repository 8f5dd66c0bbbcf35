package discordsim

import (
	"slices"
	"strconv"
)

// attachmentRef is what a body says about one attachment: a new one, by the number
// of its file, or one that the message has, which stays.
type attachmentRef struct {
	at          field
	id          string
	filename    string
	description string
}

// readAttachments reads a body's list of attachments, nil when it has none.
func readAttachments(v field) *[]attachmentRef {
	if !v.given() {
		return nil
	}
	refs := []attachmentRef{}
	for _, f := range v.list(maxFiles) {
		if !f.object() {
			continue
		}
		r := attachmentRef{at: f, description: f.at("description").text(1024)}
		if f.at("id").required() {
			r.id = f.at("id").text(20)
		}
		if name := f.at("filename"); name.given() {
			r.filename = name.needText(1, 1024)
		}
		refs = append(refs, r)
	}
	return &refs
}

// file is the file of the request that a reference means.
func (d *draft) file(r attachmentRef) (upload, bool) {
	i := slices.IndexFunc(d.files, func(u upload) bool { return strconv.Itoa(u.index) == r.id })
	if i < 0 {
		return upload{}, false
	}
	return d.files[i], true
}

func existing(have []Attachment, id string) (Attachment, bool) {
	i := slices.IndexFunc(have, func(a Attachment) bool { return a.ID == id })
	if i < 0 {
		return Attachment{}, false
	}
	return have[i], true
}

// checkAttachments checks the draft's files against what the message has.
func (d *draft) checkAttachments(have []Attachment) *apiError {
	total := len(have) + len(d.files)
	if d.attachments != nil {
		total = len(*d.attachments)
		for _, r := range *d.attachments {
			_, isNew := d.file(r)
			if _, isOld := existing(have, r.id); !isNew && !isOld {
				r.at.fail("ATTACHMENT_NOT_FOUND", "Attachment data not found")
				return r.at.form.err()
			}
		}
	}
	if total > maxFiles {
		d.at.fail("BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxFiles)
		return d.at.form.err()
	}
	return nil
}

// attachmentsAfter are a message's attachments once a draft is applied: without a
// list, those it has and the new ones; with one, exactly what it names.
func (s *Server) attachmentsAfter(ch *channel, have []Attachment, d *draft) []Attachment {
	folder := "attachments/" + ch.ID
	if d.attachments == nil {
		out := slices.Clip(have)
		for _, u := range d.files {
			out = append(out, s.attach(folder, u.File))
		}
		return out
	}
	out := []Attachment{}
	for _, r := range *d.attachments {
		a, isOld := existing(have, r.id)
		if u, isNew := d.file(r); isNew {
			if r.filename != "" {
				u.Name = r.filename
			}
			a = s.attach(folder, u.File)
		} else if !isOld {
			continue
		}
		if r.at.at("description").present {
			a.Description = r.description
		}
		out = append(out, a)
	}
	return out
}
