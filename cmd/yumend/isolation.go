package main

import (
	"slices"

	"yumen/catalog"
	"yumen/sandbox"
)

// isolation lists the layers without which a level is not reached. There is none below the floor: the runner would refuse it. A control group
// is beside the levels: it is delegated or not.
var isolation = map[string][]sandbox.LayerName{
	"full+cgroup": {sandbox.LayerNamespaces, sandbox.LayerPrivateRoot, sandbox.LayerLandlock, sandbox.LayerSeccomp, sandbox.LayerLimits,
		sandbox.LayerNoNewPrivs, sandbox.LayerCapabilities, sandbox.LayerCgroup},
	"full": {sandbox.LayerNamespaces, sandbox.LayerPrivateRoot, sandbox.LayerLandlock, sandbox.LayerSeccomp, sandbox.LayerLimits,
		sandbox.LayerNoNewPrivs, sandbox.LayerCapabilities},
	"floor": {sandbox.LayerLandlock, sandbox.LayerSeccomp, sandbox.LayerLimits, sandbox.LayerNoNewPrivs, sandbox.LayerCapabilities},
}

// stops says what each layer of the cage stops, for whoever has to do without it.
var stops = map[sandbox.LayerName]catalog.Text{
	sandbox.LayerNamespaces: text("看见和触及本机的其他进程、网络接口、共享内存；线程数按用户而不按作业计（可耗尽本账户的进程数）",
		"seeing and reaching the machine's other processes, network interfaces and shared memory; threads are counted by user and not by job, so that one job can use up the account's"),
	sandbox.LayerPrivateRoot:  text("知道本机有哪些文件及其大小（内容仍由 Landlock 挡住）", "learning which files the machine has, and their sizes (Landlock still closes what is in them)"),
	sandbox.LayerLimits:       text("耗尽内存地址、处理器时间和描述符", "using up address space, processor time and descriptors"),
	sandbox.LayerNoNewPrivs:   text("借 setuid 程序取得权限", "gaining privileges by a setuid program"),
	sandbox.LayerCapabilities: text("使用本账户的特权", "using privileges of the account"),
	sandbox.LayerUndumpable:   text("内存转储，以及同账户的调试器", "core dumps, and debuggers of the same account"),
	sandbox.LayerDeathSignal:  text("工作进程在网关消失后继续运行", "workers that go on when the gateway is gone"),
	sandbox.LayerLandlock:     text("打开本机文件、TCP 连接、向外发信号", "opening files of the machine, TCP, signals to the outside"),
	sandbox.LayerSeccomp:      text("套接字、启动程序、调试、挂载等一切引擎用不到的系统调用", "sockets, starting programs, debugging, mounting, and every other system call that the engine does not need"),
	sandbox.LayerCgroup: text("一个作业占用超出其份额的内存、处理器和进程（仍有地址空间与处理器时间限额）",
		"one job's taking more than its share of memory, processors and processes (limits of address space and processor time still bind it)"),
	sandbox.LayerMemoryFiles: text("装载中的明文写到磁盘", "plaintext of a load on a disk"),
}

// layerState is one layer of the cage, as a check tells it.
type layerState struct {
	sandbox.Layer
	Stops catalog.Text `json:"stops"`
}

// worker: the worker is there, and reaches the isolation that the configuration demands.
func (s site) worker() []item {
	there := entry("worker", text("工作进程程序存在", "the worker is there"))
	cage := entry("isolation", text("达到所要求的隔离级别", "the isolation that is demanded is reached"))
	path, err := s.cfg.findWorker()
	if err == nil {
		var r *sandbox.Runner
		if r, err = sandbox.New(sandbox.Config{Worker: path, Spawner: itself, Workers: 1, MemoryMB: s.cfg.MemoryMB, JobMemoryMB: s.cfg.WorkerMemoryMB, Threads: s.cfg.WorkerThreads}); err == nil {
			defer r.Close()
			return []item{there.noted(text(string(r.Digest()), string(r.Digest()))), caged(cage, s.cfg.Isolation, r.LevelName(), r.Level())}
		}
	}
	do := text("把 yumen-worker 放在 yumend 旁，或在配置 worker 中指明；隔离低于 floor 的主机上不运行任何作业", "put yumen-worker beside yumend, or name it with worker in the configuration; on a host below the floor of isolation nothing is run")
	return []item{there.found(verdictFail, textf("%v", "%v", err), do), cage.unknown(err)}
}

// caged judges a level that was reached, and shows its layers.
func caged(it item, want, level string, layers []sandbox.Layer) item {
	var missing []sandbox.LayerName
	it.Level = level
	for _, l := range layers {
		it.Layers = append(it.Layers, layerState{l, stops[l.Name]})
		if !l.Available && (l.Name != sandbox.LayerCgroup || slices.Contains(isolation[want], l.Name)) {
			missing = append(missing, l.Name)
		}
	}
	what := textf("级别 %s，要求 %s", "level %s, %s is demanded", level, want)
	do := text("在允许命名空间、Landlock 与 seccomp 的主机上运行（容器见 docs/operations.md）", "run on a host that allows namespaces, Landlock and seccomp (containers: docs/operations.md)")
	switch {
	case slices.ContainsFunc(isolation[want], func(l sandbox.LayerName) bool { return slices.Contains(missing, l) }):
		return it.found(verdictFail, what, do)
	case len(missing) > 0:
		return it.found(verdictWarn, what, do)
	}
	return it.noted(textf("级别 %s", "level %s", level))
}
