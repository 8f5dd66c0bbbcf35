package telemetry

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is what a running bot counts, for Prometheus to read. Use NewMetrics.
type Metrics struct {
	registry *prometheus.Registry
	jobs     *prometheus.HistogramVec
}

// NewMetrics returns metrics that know the Go runtime, the process and the program's
// version.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tidings_job_seconds",
			Help:    "How long background work took, by its kind (poll_feed, prepare_story, deliver, ...) and outcome (done, later, failed).",
			Buckets: []float64{.01, .05, .1, .5, 1, 5, 20, 60},
		}, []string{"kind", "outcome"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tidings_build_info", Help: "1, with the version that runs.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.jobs, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Job counts a piece of background work.
func (m *Metrics) Job(kind, outcome string, took time.Duration) {
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
}

// Gauge shows what read returns whenever somebody looks. Read must be quick, and safe
// to call at any time. A name may be given once.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Counter is a Gauge of something that only grows; its name ends in _total.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}

// Counters is a Counter for each value of a label.
func (m *Metrics) Counters(name, help, label string, read func() map[string]int64) {
	m.registry.MustRegister(counters{desc: prometheus.NewDesc(name, help, []string{label}, nil), read: read})
}

type counters struct {
	desc *prometheus.Desc
	read func() map[string]int64
}

func (c counters) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

func (c counters) Collect(out chan<- prometheus.Metric) {
	for value, n := range c.read() {
		out <- prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(n), value)
	}
}

// Handler answers GET requests with the metrics in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: checkTimeout})
}
