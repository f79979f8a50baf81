package dev.plimsoll.controller.commands;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Takes the signals that end a process, so that a command can end in order and with its own exit code. The first one is
 * handed on; the second ends the process at once.
 *
 * <p>The JDK has no public type for signals, and its shutdown hooks neither tell which signal came nor see a second
 * one. {@code sun.misc.Signal} is the supported way of module {@code jdk.unsupported}, and is used by reflection because
 * the compiler warns of it in a way that cannot be silenced.
 */
final class Signals {
    private static final List<String> ENDING = List.of("INT", "TERM", "HUP");

    private Signals() {}

    /**
     * From now on, hands the first ending signal on.
     *
     * @param first takes its name, such as {@code SIGTERM}, on a thread of its own
     */
    static void take(Consumer<String> first) {
        AtomicInteger seen = new AtomicInteger();
        for (String name : ENDING) {
            handle(name, () -> {
                if (seen.getAndIncrement() == 0) {
                    first.accept("SIG" + name);
                } else {
                    Runtime.getRuntime().halt(ExitCode.FAILED.code());
                }
            });
        }
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler invocation = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> arguments != null && proxy == arguments[0];
                default -> "handler of SIG" + name;
            };
            Object taker = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, invocation);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), taker);
        } catch (InvocationTargetException notHere) {
            // The system has no such signal, or keeps it to itself: its default holds.
            return;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no sun.misc.Signal: use a full JDK or JRE", e);
        }
    }
}
