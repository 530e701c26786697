package main

import (
	"context"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/contexts"
)

// The voice of the command: what it was asked for goes to standard output, everything else to standard error, each line with
// "yumen:" before it, without a capital at its start or a period at its end. An error says what is wrong; a hint says what to do
// instead. Text that came over the wire is made safe for the terminal first.

// failure is an error with its hint in both languages, and its exit code.
type failure struct {
	code  int
	text  catalog.Text
	hint  catalog.Text
	cause error
}

func (f *failure) Error() string {
	if f.cause != nil {
		return f.text.En + ": " + f.cause.Error()
	}
	return f.text.En
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

func fail(code int, zh, en string) *failure {
	return &failure{code: code, text: catalog.Text{Zh: zh, En: en}}
}

func (f *failure) hinting(zh, en string) *failure {
	f.hint = catalog.Text{Zh: zh, En: en}
	return f
}

func (f *failure) because(err error) *failure {
	f.cause = err
	return f
}

var errNoTerminal = fail(exitUsage, "这里没有可以输入口令的终端", "there is no terminal to ask for a secret").
	hinting("用管道传入：--password-stdin，或用 --passphrase-file 指定文件", "pass it with --password-stdin, or name a file with --passphrase-file")

// t picks the text of the chosen language.
func (a *app) t(zh, en string) string { return a.lang.Pick(zh, en) }

func (a *app) say(zh, en string, args ...any) { a.line("", fmt.Sprintf(a.t(zh, en), args...)) }

func (a *app) warn(zh, en string, args ...any) {
	a.line(a.t("警告：", "warning: "), fmt.Sprintf(a.t(zh, en), args...))
}

func (a *app) hint(zh, en string, args ...any) {
	a.line(a.t("提示：", "hint: "), fmt.Sprintf(a.t(zh, en), args...))
}

func (a *app) line(label, text string) {
	fmt.Fprintf(a.err, "yumen: %s%s\n", label, render.CleanText(text))
}

func (a *app) errorLine(text string) { a.line(a.t("错误：", "error: "), text) }

// report prints an error. usage is the command line to look up when the error is one of usage.
func (a *app) report(err error, command string) {
	var s status
	var f *failure
	var e *client.Error
	switch {
	case errors.As(err, &s):
	case errors.As(err, &f):
		a.reportFailure(f, command)
	case errors.As(err, &e):
		a.reportProblem(e)
	case errors.Is(err, client.ErrUnreachable):
		a.errorLine(a.t("无法连接网关：", "cannot reach the gateway: ") + innermost(err))
		a.hint("检查地址和网络，或用 YUMEN_SERVER 指定另一个网关", "check the address and the network, or name another gateway with YUMEN_SERVER")
	case errors.Is(err, client.ErrServerURL):
		a.errorLine(err.Error())
		a.hint("写成 https://主机[:端口]；只有本机地址可以用 http", "write https://host[:port]; plain http is for this machine alone")
	case errors.Is(err, contexts.ErrLoose):
		a.errorLine(a.t("其他人可以打开上下文文件，其中有令牌", "others can open the context file, and it holds tokens"))
		a.hint("chmod 600 这个文件，然后重新登录", "chmod 600 the file, then log in again")
	case errors.Is(err, context.Canceled):
		a.errorLine(a.t("已中断", "interrupted"))
	default:
		a.errorLine(err.Error())
	}
}

func (a *app) reportFailure(f *failure, command string) {
	text := a.lang.Text(f.text)
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	a.errorLine(text)
	if f.hint != (catalog.Text{}) {
		a.hint("%s", "%s", a.lang.Text(f.hint))
	} else if f.code == exitUsage && command != "" {
		a.hint("用法见 %s --help", "see %s --help", command)
	}
}

func (a *app) reportProblem(e *client.Error) {
	if e.Problem.Refusal != nil {
		a.refusal(e.Problem.Refusal, "")
		return
	}
	text := a.lang.Text(e.Problem.Text)
	if text == "" {
		text = a.kindText(e.Kind)
	}
	a.errorLine(text)
	if h, ok := a.kindHint(e); ok {
		a.hint("%s", "%s", h)
	}
}

func (a *app) kindText(k client.Kind) string {
	switch k {
	case client.KindUnauthenticated:
		return a.t("网关要求登录", "the gateway asks for a login")
	case client.KindForbidden:
		return a.t("当前账户无权这样做", "this account may not do that")
	case client.KindNotFound:
		return a.t("没有这个对象，或者您不可见", "there is no such thing, or it is not visible to you")
	case client.KindUnavailable:
		return a.t("网关暂时不可用", "the gateway is not available at the moment")
	case client.KindExecutionFailed:
		return "EXECUTION_FAILED"
	}
	return a.t("网关拒绝了请求：", "the gateway refused the request: ") + string(k)
}

func (a *app) kindHint(e *client.Error) (string, bool) {
	switch e.Kind {
	case client.KindUnauthenticated:
		return a.t("登录：yumen login --server URL --user 账户", "log in: yumen login --server URL --user NAME"), true
	case client.KindForbidden:
		return a.t("用 yumen whoami 查看当前账户和角色", "see account and role with yumen whoami"), true
	case client.KindUnavailable:
		return a.t("稍后重试", "try again later"), true
	case client.KindInternal, client.KindExecutionFailed:
		if e.Problem.Request != "" {
			return a.t("向运营方提供请求编号 ", "give the operator the request id ") + e.Problem.Request, true
		}
	}
	return "", false
}

// refusal explains a static refusal; sql is the caller's own text, or empty when there is none to point into.
func (a *app) refusal(r *catalog.Refusal, sql string) {
	a.errorLine(string(r.Code) + ": " + a.lang.Text(r.Message))
	if place := render.Caret(sql, r.Position); sql != "" && place != "" {
		fmt.Fprintln(a.err, place)
	}
	for _, article := range r.Articles {
		a.line(a.t("依据：", "rule: "), article)
	}
	if r.Remedy != (catalog.Text{}) {
		a.hint("%s", "%s", a.lang.Text(r.Remedy))
	}
}

func faultTable(faults []api.Fault, a *app) render.Table {
	t := render.Table{Columns: []string{a.t("行", "ROW"), a.t("列", "COLUMN"), a.t("规则", "RULE")}}
	for _, f := range faults {
		row := "-"
		if f.Row > 0 {
			row = fmt.Sprint(f.Row)
		}
		t.Add(row, f.Column, f.Rule)
	}
	return t
}

func innermost(err error) string {
	for {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			list := many.Unwrap()
			err = list[len(list)-1]
			continue
		}
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
