package enclave

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
	"yumen/enclave/compile"
	"yumen/enclave/declaration"
	"yumen/enclave/egress"
	"yumen/internal/api"
	"yumen/policy"
	"yumen/sandbox"
)

// applied is what one application of documents carries beside its transaction: the parsed statements of its computations, and what is to
// be destroyed once it holds.
type applied struct {
	trees map[string]parsed
	gone  []string
	act   declaration.Act // upon datasets
	ended stoppedRuns     // that a lower credit level ended
	// calendar says that a year was imported.
	calendar bool
	// promoted is where the one computation of the application comes from; nil of what is declared here.
	promoted *promotionRecord
}

// parsed is the tree of a statement, or why there is none.
type parsed struct {
	tree []byte
	err  error
}

// parseComputations parses the statements of a file, in workers without data, before any transaction begins.
func (s *Service) parseComputations(ctx context.Context, p Principal, docs []catalog.Document) (*applied, error) {
	u := &applied{trees: map[string]parsed{}}
	for _, d := range docs {
		c, ok := d.Body.(*catalog.Computation)
		if !ok || catalog.AccountRole(p.Role) != catalog.AccountAnalyst {
			continue // nobody else declares one
		}
		tree, err := s.parse(sandbox.WithTenant(ctx, p.LegalGroup), c.Spec.SQL)
		var r *catalog.Refusal
		if err != nil && !errors.As(err, &r) {
			return nil, err
		}
		u.trees[d.Name] = parsed{tree, err}
	}
	return u, nil
}

// errBusy: a text waited for its parse worker in vain.
var errBusy = fault(KindUnavailable, "网关繁忙，请求未被受理；请稍后重试", "the gateway is busy and did not take the request: try again in a while").after(15 * time.Second)

// parse has the text parsed in a worker without data.
func (s *Service) parse(ctx context.Context, sql string) ([]byte, error) {
	tree, err := s.runner.Parse(ctx, sql)
	var syntax *sandbox.SyntaxError
	if errors.As(err, &syntax) {
		if syntax.NotSelect {
			return nil, sqltree.StatementRefusal()
		}
		return nil, sqltree.SyntaxRefusal(syntax.Position)
	}
	if errors.Is(err, sandbox.ErrCapacity) { // before any data, so it may be said
		return nil, errBusy.because(err)
	}
	if err != nil {
		return nil, executionFault(err)
	}
	return tree, nil
}

// instance is one combination of values of a computation's parameters.
type instance struct {
	pairs  []egress.Pair
	values sqltree.Values
}

// instances lists all combinations of the domains, the first parameter slowest.
func (c *computationRecord) instances() ([]instance, error) {
	out := []instance{{values: sqltree.Values{}}}
	for i, p := range c.Spec.Parameters {
		var next []instance
		for _, have := range out {
			for _, value := range c.Domains[i] {
				l, err := sqltree.Bound(p.Type, value)
				if err != nil {
					return nil, err
				}
				more := instance{pairs: append(slices.Clone(have.pairs), egress.Pair{Name: p.Name, Value: value}), values: maps.Clone(have.values)}
				more.values[p.Name] = l
				next = append(next, more)
			}
		}
		out = next
	}
	return out, nil
}

// choose finds the instance that a caller's parameters name. Each must be given once, with a value of its domain.
func (c *computationRecord) choose(params map[string]string) (instance, error) {
	out := instance{values: sqltree.Values{}}
	for i, p := range c.Spec.Parameters {
		given, ok := params[p.Name]
		if !ok {
			return out, paramRefusal(p.Name, "缺少参数", "the parameter is missing", c.Domains[i])
		}
		value, err := catalog.CanonicalValue(p.Type, given)
		if err != nil || !slices.Contains(c.Domains[i], value) {
			return out, paramRefusal(p.Name, "参数的值不在其取值范围内", "the value is outside the parameter's domain", c.Domains[i])
		}
		l, err := sqltree.Bound(p.Type, value)
		if err != nil {
			return out, err
		}
		out.pairs, out.values[p.Name] = append(out.pairs, egress.Pair{Name: p.Name, Value: value}), l
	}
	if len(params) > len(c.Spec.Parameters) {
		var names []string
		for _, p := range c.Spec.Parameters {
			names = append(names, p.Name)
		}
		return out, paramRefusal("", "有计算没有声明的参数", "a parameter is given that the computation does not declare", names)
	}
	return out, nil
}

// paramRefusal refuses a parameter and lists what may be given. A domain is declared; it tells nothing of the data.
func paramRefusal(name, zh, en string, domain []string) *catalog.Refusal {
	if name != "" {
		zh, en = zh+"："+name, en+": "+name
	}
	list := strings.Join(domain[:min(len(domain), 20)], ", ")
	if len(domain) > 20 {
		list += ", …"
	}
	return &catalog.Refusal{Code: catalog.CodeParam, Position: -1, Articles: []string{"BJ-OPS-27d"}, Message: catalog.Text{Zh: zh, En: en},
		Remedy: catalog.Text{Zh: "用 --param 名=值 给出，可取：" + list, En: "give --param name=value, one of: " + list}}
}

// wholeView shows all columns of datasets, under the row scopes of a grant.
func wholeView(sets map[string]datasetRecord, scope map[string][]footprint.ScopeTerm) footprint.View {
	v := footprint.View{Datasets: map[string]footprint.Granted{}}
	for name, d := range sets {
		g := footprint.Granted{Spec: *d.Approved, Columns: map[string]bool{}, RowScope: scope[name]}
		for _, c := range d.Approved.Columns {
			g.Columns[c.Name] = true
		}
		v.Datasets[name] = g
	}
	return v
}

// bindInstance decodes the tree with the instance's values and binds it.
func bindInstance(tree []byte, i instance, view footprint.View) (*footprint.Query, error) {
	q, err := sqltree.DecodeWith(tree, i.values)
	if err != nil {
		return nil, asRefusal(err)
	}
	bound, err := footprint.Bind(q, view)
	return bound, asRefusal(err)
}

// compiles resolves the domains of a computation and makes sure that the statement has a protected plan for each of its instances.
func (s *Service) compiles(tx Tx, p Principal, d catalog.Document, c *computationRecord, text parsed) error {
	if catalog.AccountRole(p.Role) != catalog.AccountAnalyst {
		return fault(KindForbidden, "只有应用单位的分析人员可以声明计算", "only an analyst of an institution declares a computation")
	}
	if text.err != nil {
		return refusedDeclaration(d, text.err)
	}
	sets := map[string]datasetRecord{}
	for _, name := range c.Spec.Datasets {
		v, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil || v.Approved == nil {
			return fault(KindInvalid, "数据集不存在或尚未批准："+spoken(name), "there is no such approved dataset: "+spoken(name))
		}
		sets[name] = v
	}
	if err := c.resolveDomains(sets); err != nil {
		return err
	}
	all, err := c.instances()
	if err != nil {
		return err
	}
	view := wholeView(sets, nil)
	for n, i := range all {
		bound, err := bindInstance(text.tree, i, view)
		if err != nil {
			return refusedDeclaration(d, err)
		}
		plan, err := compile.Build(bound, compile.Facts{})
		if err != nil {
			return refusedDeclaration(d, asRefusal(err))
		}
		if n == 0 {
			if err := c.describes(bound, plan); err != nil {
				return err
			}
		}
		c.Grade = max(c.Grade, plan.Grade)
	}
	return nil
}

// coverable makes sure that noise covers every instance of a computation. It follows from the declarations alone, so nothing needs to be loaded.
func (s *Service) coverable(tx Tx, d policy.Decision, c *computationRecord, text parsed) error {
	sets := map[string]datasetRecord{}
	for _, name := range c.Spec.Datasets {
		v, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		sets[name] = v
	}
	all, err := c.instances()
	if err != nil {
		return err
	}
	view := wholeView(sets, nil)
	for _, i := range all {
		a := &asked{sets: sets, decision: d, shown: &view}
		if a.bound, err = bindInstance(text.tree, i, view); err != nil {
			return err
		}
		if a.plan, err = compile.Build(a.bound, a.facts()); err != nil {
			return asRefusal(err)
		}
		if err := s.answerable(a); err != nil {
			return err
		}
	}
	return nil
}

// describes compares what is declared with what the statement reads and answers.
func (c *computationRecord) describes(q *footprint.Query, plan *compile.Plan) error {
	for _, name := range c.Spec.Datasets {
		if _, read := q.Facts.Tables[name]; !read {
			return fault(KindInvalid, "语句不读取该数据集，请从 datasets 中删去："+spoken(name), "the statement does not read a dataset of the list, remove it: "+spoken(name))
		}
	}
	c.Reads = map[string][]string{}
	for name, touched := range q.Facts.Tables {
		c.Reads[name] = slices.Sorted(maps.Keys(touched.Columns))
	}
	var names []string
	for _, col := range plan.Post.Columns {
		c.Columns = append(c.Columns, api.Column{Name: col.Name, Type: col.Type})
		names = append(names, col.Name)
	}
	if len(c.Spec.Columns) > 0 && !slices.Equal(c.Spec.Columns, names) {
		return fault(KindInvalid, "columns 与语句的输出列不同："+strings.Join(names, ", "), "columns differ from those of the statement's answer: "+strings.Join(names, ", "))
	}
	return nil
}

// resolveDomains lists the values of every parameter.
func (c *computationRecord) resolveDomains(sets map[string]datasetRecord) error {
	product := 1
	for _, p := range c.Spec.Parameters {
		var values []string
		for _, v := range p.Values {
			values = append(values, string(v))
		}
		if p.Column != "" {
			dataset, column, _ := strings.Cut(p.Column, ".")
			d, listed := sets[dataset]
			var col *catalog.Column
			if listed {
				col = d.Approved.Column(column)
			}
			if col == nil || col.Type != p.Type {
				return fault(KindInvalid, "参数引用的字段不存在或类型不同："+spoken(p.Name), "the column of a parameter does not exist, or has another type: "+spoken(p.Name))
			}
			var err error
			if values, err = catalog.DomainOf(col); err != nil {
				return fault(KindInvalid, "参数引用的字段没有不超过 200 个值的取值范围，请写 values："+spoken(p.Name),
					"the column of a parameter has no domain of at most 200 values, write values: "+spoken(p.Name))
			}
		}
		if product *= len(values); product > catalog.MaxInstances || product == 0 {
			return fault(KindTooLarge, "参数取值的组合超过 200 种：请缩小取值范围", "the parameters have more than 200 combinations of values: make their domains smaller")
		}
		c.Domains = append(c.Domains, values)
	}
	return nil
}

// refusedDeclaration is a refusal of the statement as its author sees it when he declares it.
func refusedDeclaration(d catalog.Document, err error) error {
	var r *catalog.Refusal
	if !errors.As(err, &r) {
		return err
	}
	e := fault(KindInvalid, d.Name+"："+joinText(r.Message.Zh, r.Remedy.Zh, "。"), d.Name+": "+joinText(r.Message.En, r.Remedy.En, ". "))
	e.Refusal = r
	return e
}
