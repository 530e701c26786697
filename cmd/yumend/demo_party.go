package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"yumen/catalog"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/contexts"
)

// story is the demo's plot and its cast. Every party has a session of its own and speaks through the HTTP door only.
type story struct {
	*stage
	url, dir, admin string
	passwords       map[string]string
	codes           map[string]string
	parties         map[string]*party
	reviewer        ed25519.PrivateKey
	factors         bool              // everybody enrols a second factor, which roles outside a lab need
	grants          map[string]string // by account
	released        string
}

// party is one logged-in account.
type party struct {
	*client.Client
	name string
}

func randomPassword() (string, error) {
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("random password: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

func (s *story) accounts() []string {
	var names []string
	for name := range s.passwords {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// as returns the session of an account, which it activates and logs in at first use.
func (s *story) as(ctx context.Context, name string) (*party, error) {
	if p := s.parties[name]; p != nil {
		return p, nil
	}
	anyone, err := client.New(client.Config{Server: s.url})
	if err != nil {
		return nil, err
	}
	if s.passwords[name] == "" {
		pw, err := randomPassword()
		if err != nil {
			return nil, err
		}
		if err := anyone.Activate(ctx, api.Activation{User: name, Code: s.codes[name], Password: pw}); err != nil {
			return nil, fmt.Errorf("activate %s: %w", name, err)
		}
		s.passwords[name] = pw
	}
	ses, err := anyone.Login(ctx, api.Login{User: name, Password: s.passwords[name]})
	if err != nil {
		return nil, fmt.Errorf("log in as %s: %w", name, err)
	}
	speaks := func(token string) (*client.Client, error) {
		return client.New(client.Config{Server: s.url, Token: token, Patience: 5 * time.Minute})
	}
	c, err := speaks(ses.Token)
	if err == nil && s.factors {
		var token string
		if token, err = enrol(ctx, c, s.passwords[name]); err == nil {
			c, err = speaks(token)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("session of %s: %w", name, err)
	}
	s.parties[name] = &party{Client: c, name: name}
	return s.parties[name], nil
}

// enrol gives an account a second factor, as its owner does with an app, and returns the token of the session that follows.
func enrol(ctx context.Context, c *client.Client, password string) (string, error) {
	f, err := c.EnrolTOTP(ctx, password)
	if err != nil {
		return "", err
	}
	code, err := totp.GenerateCode(f.Secret, time.Now())
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	done, err := c.ConfirmTOTP(ctx, code)
	if err != nil {
		return "", err
	}
	return done.Session.Token, nil
}

// hand writes a context with a session of its own for every account, as yumen login would, so that one person can play them all.
func (s *story) hand(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("contexts: %w", err)
	}
	out := contexts.File{Contexts: map[string]contexts.Context{}}
	for _, name := range s.accounts() {
		anyone, err := client.New(client.Config{Server: s.url})
		if err != nil {
			return err
		}
		ses, err := anyone.Login(ctx, api.Login{User: name, Password: s.passwords[name]})
		if err != nil {
			return fmt.Errorf("log in as %s: %w", name, err)
		}
		keys, err := anyone.PublicKeys(ctx)
		if err != nil {
			return err
		}
		out.Contexts[name] = contexts.Context{Server: anyone.Server(), User: name, Token: ses.Token, Expires: ses.Expires, Keys: string(keys)}
	}
	if err := out.Save(contexts.Path(filepath.Join(dir, "yumen"))); err != nil {
		return err
	}
	s.say("每个账号都已登录：export XDG_CONFIG_HOME="+dir+" 后即可 yumen --context 账号 …", "Every account is logged in: export XDG_CONFIG_HOME="+dir+", then yumen --context ACCOUNT …")
	return nil
}

// apply declares documents as an account and remembers activation codes.
func (s *story) apply(ctx context.Context, who, documents string) (map[string]int, error) {
	p, err := s.as(ctx, who)
	if err != nil {
		return nil, err
	}
	res, err := p.Apply(ctx, api.Apply{Documents: documents})
	if err != nil {
		return nil, fmt.Errorf("apply as %s: %w", who, err)
	}
	count := map[string]int{}
	for _, r := range res.Results {
		count[r.Outcome]++
		if r.ActivationCode != "" {
			s.codes[r.Name] = r.ActivationCode
		}
	}
	return count, nil
}

// ask submits a query and waits until it rests.
func (s *story) ask(ctx context.Context, who, sql string) (*api.Run, error) {
	p, err := s.as(ctx, who)
	if err != nil {
		return nil, err
	}
	run, err := s.submit(ctx, who, api.RunRequest{SQL: sql})
	if err != nil {
		return nil, err
	}
	return p.Wait(ctx, run, 2*time.Minute, nil)
}

// submit asks under the account's grant and does not wait.
func (s *story) submit(ctx context.Context, who string, r api.RunRequest) (*api.Run, error) {
	p, err := s.as(ctx, who)
	if err != nil {
		return nil, err
	}
	s.code(r.SQL)
	r.Grant = s.grants[who]
	return p.SubmitRun(ctx, r)
}

// answer asks and insists on rows.
func (s *story) answer(ctx context.Context, who, sql string) ([][]string, error) {
	run, err := s.ask(ctx, who, sql)
	if err != nil {
		return nil, err
	}
	if run.State != "released" {
		return nil, fmt.Errorf("the query should have been answered, but it is %s", run.State)
	}
	rows, err := textRows(run)
	if err != nil {
		return nil, err
	}
	var header []string
	for _, c := range run.Columns {
		header = append(header, c.Name)
	}
	s.table(header, rows)
	return rows, nil
}

func textRows(run *api.Run) ([][]string, error) {
	var out [][]string
	for _, raw := range run.Rows {
		var cells []any
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		dec.UseNumber()
		if err := dec.Decode(&cells); err != nil {
			return nil, fmt.Errorf("rows: %w", err)
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			if c == nil {
				row[i] = "NULL"
				continue
			}
			row[i] = fmt.Sprint(c)
		}
		out = append(out, row)
	}
	return out, nil
}

// refused asks and insists on a static refusal with the code.
func (s *story) refused(ctx context.Context, who, sql string, code catalog.Code) error {
	run, err := s.ask(ctx, who, sql)
	if err != nil {
		return err
	}
	return s.refusal(run, code)
}

// refusal shows why a run was refused, by which articles, and what to do instead.
func (s *story) refusal(run *api.Run, code catalog.Code) error {
	r := run.Refusal
	if run.State != "refused" || r == nil || r.Code != code {
		return fmt.Errorf("the query should have been refused with %s, but it is %s", code, run.State)
	}
	s.done(string(code)+"："+r.Message.Zh, string(code)+": "+r.Message.En)
	s.say("  依据 "+strings.Join(r.Articles, "、"), "  rule: "+strings.Join(r.Articles, ", "))
	s.say("  "+r.Remedy.Zh, "  hint: "+r.Remedy.En)
	return expect("the refusal names its articles", len(r.Articles) > 0)
}

// newReviewerKey makes a reviewer's signing key, registers it and has the security administrator confirm it.
func (s *story) newReviewerKey(ctx context.Context, reviewer, security string) error {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("reviewer's key: %w", err)
	}
	s.reviewer = key
	p, err := s.as(ctx, reviewer)
	if err != nil {
		return err
	}
	reg, err := p.RegisterKey(ctx, api.KeyRegistration{PublicKey: base64.StdEncoding.EncodeToString(pub)})
	if err != nil {
		return err
	}
	sec, err := s.as(ctx, security)
	if err != nil {
		return err
	}
	_, err = sec.ConfirmKey(ctx, reg.ID)
	return err
}

// vote signs with the reviewer's own key, on the reviewer's side, and sends the signature.
func (s *story) vote(ctx context.Context, p *party, d *api.ReviewDetail) error {
	me, err := p.Whoami(ctx)
	if err != nil {
		return err
	}
	signer, err := receipt.NewSigner(s.reviewer)
	if err != nil {
		return err
	}
	id, err := signer.KeyID()
	if err != nil {
		return err
	}
	env, err := receipt.SignVote(signer, receipt.Vote{Run: d.Run, Artefact: catalog.Digest(d.ArtefactDigest), RiskReport: catalog.Digest(d.ReportDigest),
		Policy: catalog.Digest(d.PolicyDigest), Verdict: receipt.VerdictApprove, Key: id, Time: time.Now().UTC().Truncate(time.Second),
		Voter: receipt.Voter{Account: me.Account, Person: me.Person, Organization: me.Organization}})
	if err != nil {
		return err
	}
	b, err := json.Marshal(env)
	if err != nil {
		return fmt.Errorf("encode the vote: %w", err)
	}
	_, err = p.Vote(ctx, d.Run, api.VoteRequest{Envelope: b})
	return err
}
