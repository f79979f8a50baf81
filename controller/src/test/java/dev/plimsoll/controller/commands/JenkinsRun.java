package dev.plimsoll.controller.commands;

import groovy.lang.Closure;
import groovy.lang.GroovyObjectSupport;
import groovy.lang.GroovyShell;
import groovy.util.DelegatingScript;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.codehaus.groovy.control.CompilerConfiguration;

/**
 * A Jenkinsfile, run by Groovy itself with the steps that a declarative pipeline has here. Every stage runs in its order;
 * {@code sh} runs its script as Jenkins does, by {@code sh -xe} with the pipeline's environment.
 */
final class JenkinsRun extends GroovyObjectSupport {
    private final Path workspace;
    private final boolean promotes;
    private final Map<String, String> overrides;
    private final Map<String, Object> environment = new LinkedHashMap<>();
    private final List<String> did = new ArrayList<>();

    /** What ends a build. */
    static final class BuildFailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BuildFailedException(String message) {
            super(message);
        }
    }

    /**
     * A build in that workspace.
     *
     * @param overrides variables of the pipeline's environment that this build sets otherwise
     * @param promotes what the person who is asked says
     */
    JenkinsRun(Path workspace, Map<String, String> overrides, boolean promotes) {
        this.workspace = workspace;
        this.overrides = overrides;
        this.promotes = promotes;
    }

    /** Runs the file; what was done, in order. */
    List<String> run(Path jenkinsfile) throws IOException {
        CompilerConfiguration scripts = new CompilerConfiguration();
        scripts.setScriptBaseClass(DelegatingScript.class.getName());
        DelegatingScript script = (DelegatingScript)
                new GroovyShell(JenkinsRun.class.getClassLoader(), scripts).parse(jenkinsfile.toFile());
        script.setDelegate(this);
        try {
            script.run();
        } catch (BuildFailedException e) {
            did.add("failed: " + e.getMessage());
        }
        return did;
    }

    @Override
    public Object getProperty(String name) {
        if (name.equals("any")) {
            return name;
        }
        return super.getProperty(name);
    }

    @Override
    public Object invokeMethod(String name, Object given) {
        Object[] arguments = (Object[]) given;
        return switch (name) {
            case "pipeline", "stages", "steps", "script" -> body(arguments[0]);
            case "agent" -> null;
            case "environment" -> set((Closure<?>) arguments[0]);
            case "stage" -> {
                did.add("stage " + arguments[0]);
                yield body(arguments[1]);
            }
            case "timeout" -> {
                did.add("timeout " + arguments[0]);
                yield body(arguments[1]);
            }
            case "sh" -> sh((Map<?, ?>) arguments[0]);
            case "junit" -> kept(name, ((Map<?, ?>) arguments[0]).get("testResults"));
            case "archiveArtifacts" -> kept(name, ((Map<?, ?>) arguments[0]).get("artifacts"));
            case "input" -> input();
            case "error" -> throw new BuildFailedException(String.valueOf(arguments[0]));
            case "echo" -> did.add("echo " + arguments[0]);
            default -> throw new AssertionError("this pipeline has a step that Jenkins' basic ones are not: " + name);
        };
    }

    private Object body(Object block) {
        Closure<?> closure = (Closure<?>) block;
        closure.setDelegate(this);
        closure.setResolveStrategy(Closure.DELEGATE_FIRST);
        return closure.call();
    }

    /** Assignments in the block become variables. */
    private Object set(Closure<?> block) {
        block.setDelegate(environment);
        block.setResolveStrategy(Closure.DELEGATE_FIRST);
        return block.call();
    }

    private Object sh(Map<?, ?> step) {
        Map<String, String> variables = new LinkedHashMap<>();
        environment.forEach((name, value) -> variables.put(name, String.valueOf(value)));
        variables.putAll(overrides);
        variables.put("WORKSPACE", workspace.toString());
        variables.put("JENKINS_URL", "http://jenkins.example.com/");
        try {
            Path script = Files.createTempFile(workspace, "script", ".sh");
            Files.writeString(script, String.valueOf(step.get("script")));
            CiScripts.Ended ended = CiScripts.run(workspace, variables, List.of("sh", "-xe", script.toString()));
            did.add("sh " + ended.code());
            if (!Boolean.TRUE.equals(step.get("returnStatus")) && ended.code() != 0) {
                throw new BuildFailedException("script returned exit code " + ended.code());
            }
            return ended.code();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many files of the workspace match. */
    private Object kept(String step, Object pattern) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        try (Stream<Path> files = Files.walk(workspace)) {
            long count = files.filter(Files::isRegularFile)
                    .filter(file -> matcher.matches(workspace.relativize(file)))
                    .count();
            return did.add(step + (count > 0 ? " some" : " none"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object input() {
        did.add("input");
        if (!promotes) {
            throw new BuildFailedException("aborted by a person");
        }
        return true;
    }
}
