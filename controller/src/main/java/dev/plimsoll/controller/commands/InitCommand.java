package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Nearest;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll init}. */
@Command(
        name = "init",
        description = {
            "Write a first scenario for a URL, with a comment on each part.%n",
            "Asks the URL what it is: a model server (GET /v1/models) or plain HTTP.%n"
        },
        footer = {"", "Example: plimsoll init http://127.0.0.1:8000 --out chat.yaml"})
@SuppressWarnings("NullAway.Init") // set by picocli
final class InitCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "URL", description = "Such as http://127.0.0.1:8000 or http://127.0.0.1:8080/api/users")
    private String url;

    @Option(
            names = "--api",
            paramLabel = "NAME",
            description = "openai-chat, openai-completions, openai-responses, openai-embeddings, vllm-generate or http "
                    + "(what the URL turns out to be).")
    private Optional<String> api;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "plimsoll.yaml",
            description = "Where to write it (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--force", description = "Overwrite the file.")
    private boolean force;

    InitCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException {
        URI target = target();
        if (Files.exists(out) && !force) {
            throw exists();
        }
        UrlProbe.Finding finding = UrlProbe.probe(target, wanted());
        finding.notes().forEach(console::say);
        String yaml = FirstScenario.text(finding);
        check(yaml);
        write(yaml);
        console.say("wrote " + out + ": " + finding.api().label() + " at " + finding.base());
        console.say("next: plimsoll gate " + out);
        return ExitCode.DONE.code();
    }

    private URI target() throws CommandException {
        try {
            URI uri = new URI(url);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException notOne) {
            throw new CommandException(ExitCode.USAGE, "\"" + url + "\" is not a URL: " + notOne.getReason(), notOne);
        }
        throw new CommandException(
                ExitCode.USAGE, "\"" + url + "\" is not a URL: give http://host[:port][/path] or https://…");
    }

    private Optional<Api> wanted() throws CommandException {
        if (api.isEmpty()) {
            return Optional.empty();
        }
        List<String> labels = Arrays.stream(Api.values()).map(Api::label).toList();
        for (Api one : Api.values()) {
            if (one.label().equals(api.get())) {
                return Optional.of(one);
            }
        }
        String near = Nearest.to(api.get(), labels)
                .map(n -> "; did you mean " + n + "?")
                .orElse("");
        throw new CommandException(
                ExitCode.USAGE,
                "--api is one of " + labels.stream().collect(Collectors.joining(", ")) + ", not \"" + api.get() + "\""
                        + near);
    }

    /** What is written must be what is read: a URL can hold what a scenario cannot. */
    private static void check(String yaml) throws CommandException {
        try {
            ScenarioReader.read("the new scenario", yaml, Path.of(""), List.of(), Map.of());
        } catch (ScenarioException e) {
            throw new CommandException(ExitCode.USAGE, "no scenario can be made of that URL: " + e.getMessage(), e);
        }
    }

    private void write(String yaml) throws CommandException {
        OpenOption[] options = force
                ? new OpenOption[] {
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE
                }
                : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
        try {
            Files.writeString(out, yaml, options);
        } catch (FileAlreadyExistsException e) {
            throw exists();
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, "cannot write " + out + ": " + e, e);
        }
    }

    private CommandException exists() {
        return new CommandException(
                ExitCode.USAGE, out + " is there already: name another file with --out, or overwrite it with --force");
    }
}
