package dev.plimsoll.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table of ARCHITECTURE.md. */
class ModuleBoundariesTest {
    private static final String MEASUREMENTS = "dev.plimsoll.measurements..";
    private static final String SCENARIOS = "dev.plimsoll.scenarios..";
    private static final String AGENT = "dev.plimsoll.agent..";
    private static final String REPORTS = "dev.plimsoll.reports..";
    private static final String CONTROLLER = "dev.plimsoll.controller..";
    private static final String SIMULATOR = "dev.plimsoll.simulator..";

    private static JavaClasses program;

    @BeforeAll
    static void importProgram() {
        program = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.plimsoll");
    }

    private static ArchRule uses(String module, String... others) {
        String[] forbidden = Stream.of(MEASUREMENTS, SCENARIOS, AGENT, REPORTS, CONTROLLER, SIMULATOR)
                .filter(one -> !one.equals(module) && !List.of(others).contains(one))
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden);
    }

    @Test
    void measurementsUseNoOtherModule() {
        uses(MEASUREMENTS).check(program);
    }

    @Test
    void scenariosUseMeasurementsOnly() {
        uses(SCENARIOS, MEASUREMENTS).check(program);
    }

    @Test
    void agentUsesScenariosAndMeasurements() {
        uses(AGENT, SCENARIOS, MEASUREMENTS).check(program);
    }

    @Test
    void reportsUseScenariosAndMeasurements() {
        uses(REPORTS, SCENARIOS, MEASUREMENTS).check(program);
    }

    @Test
    void simulatorUsesNoOtherModule() {
        uses(SIMULATOR).check(program);
    }

    @Test
    void vertxAndNettyStayWhereTheNetworkIs() {
        noClasses()
                .that()
                .resideInAnyPackage(MEASUREMENTS, SCENARIOS, REPORTS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.netty..", "java.net.http..")
                .check(program);
    }

    @Test
    void onlyTheControllerHasACommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CONTROLLER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..")
                .check(program);
    }

    @Test
    void onlyMainAndCommandsPrintOrExit() {
        ArchRule prints = noClasses()
                .that()
                .resideOutsideOfPackage("dev.plimsoll.controller.commands..")
                .and()
                .doNotHaveFullyQualifiedName("dev.plimsoll.controller.Main")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class);
        prints.check(program);
    }

    @Test
    void theHotPathKnowsNoJackson() {
        noClasses()
                .that()
                .resideInAPackage("dev.plimsoll.agent.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.fasterxml.jackson..")
                .check(program);
    }

    @Test
    void modulesHaveNoCycles() {
        slices().matching("dev.plimsoll.(*)..").should().beFreeOfCycles().check(program);
    }

    @Test
    void theProgramWasImported() {
        // The rules above would hold of nothing at all.
        classes()
                .that()
                .resideInAPackage(AGENT)
                .should()
                .resideInAPackage("dev.plimsoll..")
                .check(program);
        classes()
                .that()
                .resideInAPackage(REPORTS)
                .should()
                .resideInAPackage("dev.plimsoll..")
                .check(program);
        classes()
                .that()
                .resideInAPackage(SIMULATOR)
                .should()
                .resideInAPackage("dev.plimsoll..")
                .check(program);
        classes()
                .that()
                .resideInAPackage(SCENARIOS)
                .should()
                .resideInAPackage("dev.plimsoll..")
                .check(program);
    }
}
