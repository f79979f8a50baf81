// Proof calls a controller with the code that calls it in production: Argo Rollouts' web metric provider and Flagger's
// webhook caller. It prints one line of JSON for each call. The build script puts Flagger's webhook.go into flaggerhook.
//
//	proof argo TEMPLATE NAME=VALUE…     one measurement of each metric of an AnalysisTemplate
//	proof flagger SPEC TYPE URL [NAME=VALUE…]     one webhook of a canary of that spec, with metadata
//	proof parse FILE     an AnalysisTemplate or a Canary, with no field that its type does not have
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/argoproj/argo-rollouts/metricproviders/webmetric"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	templateutil "github.com/argoproj/argo-rollouts/utils/template"
	flaggerv1 "github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
	log "github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	controller "plimsoll.dev/proof/flaggerhook"
)

func main() {
	log.SetOutput(os.Stderr)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) >= 2 && arguments[0] == "argo":
		return argo(arguments[1], arguments[2:])
	case len(arguments) >= 4 && arguments[0] == "flagger":
		return flagger(arguments[1], arguments[2], arguments[3], arguments[4:])
	case len(arguments) == 2 && arguments[0] == "parse":
		return parse(arguments[1])
	default:
		return fmt.Errorf("usage: proof argo TEMPLATE NAME=VALUE… | flagger SPEC TYPE URL NAME=VALUE… | parse FILE")
	}
}

func parse(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var meta metav1.TypeMeta
	if err := yaml.Unmarshal(text, &meta); err != nil {
		return err
	}
	switch meta.APIVersion + " " + meta.Kind {
	case "argoproj.io/v1alpha1 AnalysisTemplate":
		err = yaml.UnmarshalStrict(text, &v1alpha1.AnalysisTemplate{})
	case "flagger.app/v1beta1 Canary":
		err = yaml.UnmarshalStrict(text, &flaggerv1.Canary{})
	default:
		err = fmt.Errorf("%s: unknown kind %s %s", file, meta.APIVersion, meta.Kind)
	}
	if err != nil {
		return err
	}
	return tell(map[string]any{"kind": meta.Kind})
}

func argo(file string, values []string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var template v1alpha1.AnalysisTemplate
	if err := yaml.UnmarshalStrict(text, &template); err != nil {
		return err
	}
	args := template.Spec.Args
	for i := range args {
		for _, pair := range values {
			if name, value, _ := strings.Cut(pair, "="); name == args[i].Name {
				args[i].Value = &value
			}
		}
	}
	for _, metric := range template.Spec.Metrics {
		if err := measure(metric, args); err != nil {
			return err
		}
	}
	return nil
}

// As Argo does it: arguments go into the metric's JSON, then its provider measures.
func measure(metric v1alpha1.Metric, args []v1alpha1.Argument) error {
	text, err := json.Marshal(metric)
	if err != nil {
		return err
	}
	resolved, err := templateutil.ResolveQuotedArgs(string(text), args)
	if err != nil {
		return err
	}
	var one v1alpha1.Metric
	if err := json.Unmarshal([]byte(resolved), &one); err != nil {
		return err
	}
	client, err := webmetric.NewWebMetricHttpClient(one)
	if err != nil {
		return err
	}
	parser, err := webmetric.NewWebMetricJsonParser(one)
	if err != nil {
		return err
	}
	provider := webmetric.NewWebMetricProvider(*log.NewEntry(log.StandardLogger()), client, parser)
	started := time.Now()
	measurement := provider.Run(&v1alpha1.AnalysisRun{}, one)
	limit := int32(0)
	if one.ConsecutiveErrorLimit != nil {
		limit = int32(one.ConsecutiveErrorLimit.IntValue())
	}
	return tell(map[string]any{
		"metric":                  one.Name,
		"phase":                   measurement.Phase,
		"message":                 measurement.Message,
		"value":                   measurement.Value,
		"seconds":                 time.Since(started).Seconds(),
		"consecutive_error_limit": limit,
	})
}

// The checksum that Flagger sends follows from the canary's last applied spec.
func flagger(spec, kind, url string, values []string) error {
	metadata := map[string]string{}
	for _, pair := range values {
		name, value, _ := strings.Cut(pair, "=")
		metadata[name] = value
	}
	canary := flaggerv1.Canary{ObjectMeta: metav1.ObjectMeta{Name: "chat", Namespace: "prod"}}
	canary.Status.LastAppliedSpec = spec
	canary.Status.Phase = flaggerv1.CanaryPhaseProgressing
	hook := flaggerv1.CanaryWebhook{
		Type: flaggerv1.HookType(kind), Name: "plimsoll", URL: url, Timeout: "10s", Metadata: &metadata,
	}
	started := time.Now()
	var err error
	if kind == string(flaggerv1.EventHook) {
		err = controller.CallEventWebhook(&canary, hook, "New revision detected", "Normal")
	} else {
		err = controller.CallWebhook(canary, canary.Status.Phase, hook)
	}
	message := ""
	if err != nil {
		message = err.Error()
	}
	return tell(map[string]any{
		"success": err == nil, "message": message, "seconds": time.Since(started).Seconds(),
	})
}

func tell(fact map[string]any) error {
	line, err := json.Marshal(fact)
	if err == nil {
		fmt.Println(string(line))
	}
	return err
}
