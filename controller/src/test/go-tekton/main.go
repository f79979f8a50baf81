// Validates a Tekton task as Tekton's admission webhook does: no field that its type does not have, then its defaults
// and its own rules. Prints one line of JSON.
//
//	tekton FILE
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("usage: tekton FILE")
	}
	text, err := os.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	var task v1.Task
	if err := yaml.UnmarshalStrict(text, &task); err != nil {
		return err
	}
	if task.APIVersion != "tekton.dev/v1" || task.Kind != "Task" {
		return fmt.Errorf("%s is no Task of tekton.dev/v1 but %s %s", arguments[0], task.APIVersion, task.Kind)
	}
	ctx := context.Background()
	task.SetDefaults(ctx)
	problem := ""
	if errs := task.Validate(ctx); errs != nil {
		problem = errs.Error()
	}
	line, err := json.Marshal(map[string]string{"kind": task.Kind, "name": task.Name, "problem": problem})
	if err == nil {
		fmt.Println(string(line))
	}
	return err
}
