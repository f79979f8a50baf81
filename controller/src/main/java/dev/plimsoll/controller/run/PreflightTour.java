package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.scenarios.ScenarioFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A look at a scenario's machines without a run: from where a gate would look, by the agents that it would have. No load is
 * sent.
 *
 * @param report what was found
 * @param firstNode the first node's machine; absent where an agent looked at none
 * @param seen whether anything of any node is known, or there is no node
 */
public record PreflightTour(PreflightReport report, Optional<MachineFacts> firstNode, boolean seen) {
    /**
     * Looks. Blocks: a second with the agent of this process, about ten with agent processes.
     *
     * @param lock versions that must be the same
     * @param agents agent processes to start on this machine; 0: the agent lives in this process
     * @param told what is worth saying while it goes on
     * @throws RunException when agents do not come up or do not answer
     */
    public static PreflightTour take(ScenarioFile file, VersionsLock lock, int agents, Consumer<String> told)
            throws RunException, InterruptedException {
        Path logs = logs();
        RunLoop loop = new RunLoop(() -> {});
        try (Crew crew =
                new Crew(fleet(file, agents, logs), "preflight", loop, InstantSource.system(), handler(told))) {
            crew.assemble();
            MachineRound round = MachineRound.of(crew, file.scenario(), true);
            Examination examination =
                    new Examination(file.scenario().preflight(), lock, PreflightPlan.seenUnderLoad(file.scenario()));
            boolean seen = round.plan().unseen().isEmpty() && round.pages().isEmpty()
                    || round.firstNode().isPresent()
                    || round.pages().values().stream()
                            .map(facts -> facts.of(MachineFact.PAGES))
                            .anyMatch(Fact::known);
            return new PreflightTour(round.report(examination), round.firstNode(), seen);
        } catch (RunEnded e) {
            throw new RunException(e.sentence(), e);
        } finally {
            delete(logs);
        }
    }

    private static Fleet fleet(ScenarioFile file, int agents, Path logs) throws RunException, InterruptedException {
        return agents == 0
                ? LocalFleet.open(Optional.empty(), OptionalInt.of(1))
                : ProcessFleet.open(
                        agents,
                        logs,
                        new Secrets(file.secrets()),
                        Optional.empty(),
                        "plimsoll-preflight-" + ProcessHandle.current().pid());
    }

    private static Crew.Handler handler(Consumer<String> told) {
        return new Crew.Handler() {
            @Override
            public void report(Report report) {
                // Agents that serve no run have nothing to report.
            }

            @Override
            public void told(String sentence) {
                told.accept(sentence);
            }

            @Override
            public void lost(AgentLink link, String why) throws RunEnded {
                throw RunEnded.lost(why);
            }
        };
    }

    private static Path logs() throws RunException {
        try {
            return Files.createTempDirectory("plimsoll-preflight");
        } catch (IOException e) {
            throw new RunException("no directory can be made for the agents' logs: " + e.getMessage(), e);
        }
    }

    private static void delete(Path logs) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(logs)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(logs);
        } catch (IOException e) {
            /* They lie where the system's temporary files do, which it deletes in time. */
            return;
        }
    }
}
