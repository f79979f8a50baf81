package dev.plimsoll.reports.causes;

import dev.plimsoll.reports.results.NodeSeries;
import dev.plimsoll.reports.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * How a cause is found
 * ====================
 * 1. Anomalies of the clients' series (AnomalySearch), each by itself: what happened in the others is left out. A latency is
 *    seen when a request ends; how many waited (Backlog) tells when it was held up.
 * 2. Signals that move nowhere as far as would matter, for half as long as the anomaly, are put aside. That is the same
 *    however a signal is turned in time, so this choice does not bias the next step (independent filtering: Bourgon,
 *    Gentleman and Huber 2010).
 * 3. Each of the others is held against every stretch the anomaly could have been (Coincidence): a probability.
 * 4. The probabilities are corrected for the number of signals (Benjamini and Hochberg 1995).
 *    A signal that was found at one anomaly, or at all of them together (Fisher), is confirmed at each without that.
 * 5. What is left must have moved far enough to matter (Suspect). A pause of 5 ms explains no second.
 * 6. Of signals that agree about as well, the one closest to the root comes first: when a clock drops, requests queue up
 *    too, and queues agree with latency better than anything does, so that what follows from being slow has less weight
 *    (Suspect). Then the stronger one, and more so the more of the phase's anomalies it explains.
 */
/** Finds what moved with each anomaly of a run. */
final class Attributor {
    /**
     * Share of false discoveries among the signals that are found. An anomaly beyond doubt has a cause, likely a watched
     * one; where it may be chance itself, a signal must make up for that.
     */
    private static final double FALSE_WHERE_CLEAR = 0.4;

    private static final double FALSE_WHERE_DOUBTFUL = 0.02;
    /** The same for all anomalies together. */
    private static final double FALSE_DISCOVERIES = 0.2;
    /** A signal with this share of the best one's strength agrees about as well. */
    private static final double ALIKE = 0.9;
    /** More of an anomaly's turns than this agree with a signal that is not tied to it. */
    private static final double SELDOM = 0.2;
    /** The least strength of a cause. */
    private static final double LEAST_STRENGTH = 0.25;

    /** A signal that was discovered at one anomaly is at another one too when that is so unlikely by chance. */
    private static final double CONFIRMED = 0.1;
    /** How much each anomaly that a signal agrees with adds to its strength in a comparison. */
    private static final double SUPPORT = 0.1;

    private static final double LAG_IN_LATENCIES = 1.5;
    private static final double LEAST_LAG_SECONDS = 2;
    private static final double MOST_LAG_SECONDS = 20;
    private static final int MARGIN = 1;
    /** What nothing explains is told from this change on. */
    private static final double NOTABLE = 0.2;

    private static final double NOTABLE_SHORT = 0.5;
    /** And from so many standard deviations further beyond chance. */
    private static final double UNEXPLAINED_EXCESS = 2;

    private final AnomalySearch search;

    /**
     * An attributor.
     *
     * @param symptoms finds shifts in the clients' series
     */
    Attributor(ShiftScan symptoms) {
        search = new AnomalySearch(symptoms);
    }

    /** Findings of one phase, the clearest first. */
    List<Attribution> attribute(Grid grid, RunResults results) {
        Backlog backlog = new Backlog(grid);
        List<Anomaly> anomalies = search.search(grid, mostLag(grid, 0)).stream()
                .map(anomaly -> backlog.of(anomaly, mostLag(grid, anomaly.extraMillis()))
                        .map(anomaly::heldUp)
                        .orElse(anomaly))
                .toList();
        if (anomalies.isEmpty()) {
            return List.of();
        }
        List<Signal> signals = grid.signals(results);
        Map<Anomaly, List<Tested>> tested = new LinkedHashMap<>();
        Map<Anomaly, Set<Signal>> discovered = new LinkedHashMap<>();
        Set<Signal> anywhere = new HashSet<>();
        for (Anomaly anomaly : anomalies) {
            List<Signal> able = signals.stream()
                    .filter(signal -> signal.couldExplain(anomaly))
                    .toList();
            List<Tested> ofIt = tested(anomaly, anomalies, grid, able);
            Set<Signal> here = discovered(anomaly, ofIt, able.size(), grid);
            tested.put(anomaly, ofIt);
            discovered.put(anomaly, here);
            anywhere.addAll(here);
        }
        if (anomalies.size() > 1) {
            anywhere.addAll(pooled(tested.values()));
        }
        Map<Anomaly, List<Attribution.Cause>> causes = new LinkedHashMap<>();
        tested.forEach((anomaly, ofIt) ->
                causes.put(anomaly, causes(anomaly, ofIt, discovered.getOrDefault(anomaly, Set.of()), anywhere, grid)));
        Map<String, Integer> support = support(causes);
        Map<String, List<Anomaly>> groups = new LinkedHashMap<>();
        Map<String, List<Attribution.Cause>> ofGroup = new HashMap<>();
        causes.forEach((anomaly, found) -> {
            List<Attribution.Cause> ranked = ranked(found, support);
            if (isTold(anomaly, ranked, grid)) {
                String group =
                        anomaly.symptom().metric() + " " + (ranked.isEmpty() ? anomaly.from() : key(ranked.getFirst()));
                groups.computeIfAbsent(group, none -> new ArrayList<>()).add(anomaly);
                ofGroup.putIfAbsent(group, ranked);
            }
        });
        List<Attribution> told = new ArrayList<>();
        groups.forEach((group, members) ->
                told.add(attribution(grid, members, ofGroup.getOrDefault(group, List.of()), !signals.isEmpty())));
        return told;
    }

    /** How long before an anomaly its cause may be: as long as requests take, for latency is seen when they end. */
    private static int mostLag(Grid grid, double extraMillis) {
        double latency = Noise.median(Arrays.stream(grid.values(m -> m.mean(Symptom.LATENCY.metric())))
                .filter(Double::isFinite)
                .toArray());
        double millis = (Double.isFinite(latency) ? latency : 0) + (extraMillis > 0 ? extraMillis : 0);
        double within = Math.min(MOST_LAG_SECONDS, Math.max(LEAST_LAG_SECONDS, LAG_IN_LATENCIES * millis / 1e3));
        return (int) Math.ceil(within / grid.step());
    }

    /**
     * A signal and how it agrees with an anomaly.
     *
     * @param signal the signal
     * @param coincidence its agreement
     * @param usable the intervals that were compared
     */
    private record Tested(Signal signal, Coincidence coincidence, boolean[] usable) {}

    /** Every mover's agreement with an anomaly, the rarest by chance first. */
    private static List<Tested> tested(Anomaly anomaly, List<Anomaly> all, Grid grid, List<Signal> movers) {
        int mostLag = mostLag(grid, anomaly.extraMillis());
        boolean[] usable = new boolean[grid.size()];
        Arrays.fill(usable, true);
        for (Anomaly other : all) {
            if (other != anomaly && !other.isBackgroundOf(anomaly)) {
                int to = Math.min(usable.length, other.until() + MARGIN);
                Arrays.fill(usable, Math.max(0, other.since() - MARGIN), to, false);
            }
        }
        int reach = Math.max(0, anomaly.first() - mostLag);
        int end = Math.min(usable.length, anomaly.last() + MARGIN);
        Arrays.fill(usable, reach, end, true);
        List<Coincidence.Span> spans = new ArrayList<>(anomaly.spans());
        spans.add(new Coincidence.Span(anomaly.first(), anomaly.last()));
        List<Tested> tested = new ArrayList<>();
        for (Signal signal : movers) {
            Suspect suspect = signal.suspect();
            Coincidence.of(signal.values(), usable, spans, mostLag, suspect.direction(), drawsOut(suspect, anomaly))
                    .filter(found -> found.turned() <= SELDOM)
                    .ifPresent(found -> tested.add(new Tested(signal, found, usable)));
        }
        tested.sort(Comparator.comparingDouble(one -> one.coincidence().p()));
        return tested;
    }

    /** A pause leaves a queue behind, but the gaps between tokens are as before when it is over. */
    private static boolean drawsOut(Suspect suspect, Anomaly anomaly) {
        return suspect.peak() && anomaly.symptom() != Symptom.ITL && anomaly.symptom() != Symptom.ITL_TAIL;
    }

    /** Those beyond chance among so many signals, and far enough to matter. */
    private static Set<Signal> discovered(Anomaly anomaly, List<Tested> tested, int movers, Grid grid) {
        double share = anomaly.excess() >= UNEXPLAINED_EXCESS ? FALSE_WHERE_CLEAR : FALSE_WHERE_DOUBTFUL;
        int significant = 0;
        for (int i = 0; i < tested.size(); i++) {
            if (tested.get(i).coincidence().p() <= share * (i + 1) / movers) {
                significant = i + 1;
            }
        }
        Set<Signal> discovered = new HashSet<>();
        for (Tested one : tested.subList(0, significant)) {
            if (isFarEnough(cause(one, grid), anomaly)) {
                discovered.add(one.signal());
            }
        }
        return discovered;
    }

    /**
     * Those that are beyond chance with all anomalies taken together, though with none of them alone: the logarithms of
     * their probabilities added up (Fisher 1925), and corrected as before.
     */
    private static Set<Signal> pooled(Collection<List<Tested>> anomalies) {
        Map<Signal, Double> logarithms = new LinkedHashMap<>();
        anomalies.forEach(ofOne -> ofOne.forEach(one ->
                logarithms.merge(one.signal(), -Math.log(one.coincidence().p()), Double::sum)));
        List<Map.Entry<Signal, Double>> ranked = logarithms.entrySet().stream()
                .sorted(Map.Entry.<Signal, Double>comparingByValue().reversed())
                .toList();
        int significant = 0;
        for (int i = 0; i < ranked.size(); i++) {
            double p = ofSum(ranked.get(i).getValue(), anomalies.size());
            significant = p <= FALSE_DISCOVERIES * (i + 1) / ranked.size() ? i + 1 : significant;
        }
        Set<Signal> pooled = new HashSet<>();
        ranked.subList(0, significant).forEach(entry -> pooled.add(entry.getKey()));
        return pooled;
    }

    /** The probability that so many logarithms, each distributed exponentially, add up to that or more. */
    private static double ofSum(double sum, int terms) {
        double term = Math.exp(-sum);
        double p = term;
        for (int i = 1; i < terms; i++) {
            term *= sum / i;
            p += term;
        }
        return p;
    }

    /** What agrees with an anomaly: discovered there, or discovered at another one and likely here too. */
    private static List<Attribution.Cause> causes(
            Anomaly anomaly, List<Tested> tested, Set<Signal> here, Set<Signal> anywhere, Grid grid) {
        List<Attribution.Cause> causes = new ArrayList<>();
        for (Tested one : tested) {
            boolean confirmed =
                    anywhere.contains(one.signal()) && one.coincidence().p() <= CONFIRMED;
            if (here.contains(one.signal()) || confirmed) {
                Attribution.Cause cause = cause(one, grid);
                if (isFarEnough(cause, anomaly)) {
                    causes.add(cause);
                }
            }
        }
        return causes;
    }

    private static boolean isFarEnough(Attribution.Cause cause, Anomaly anomaly) {
        Suspect.Move move = new Suspect.Move(cause.before(), cause.during(), anomaly);
        return cause.strength() >= LEAST_STRENGTH && cause.suspect().test().passes(move);
    }

    /** With the signal's figures: as it mostly is, and as it was when the anomaly came about. */
    private static Attribution.Cause cause(Tested tested, Grid grid) {
        Signal signal = tested.signal();
        Coincidence coincidence = tested.coincidence();
        double[] values = signal.values();
        int direction = signal.suspect().direction();
        boolean peak = signal.suspect().peak();
        int from = Math.max(0, coincidence.span().from() - coincidence.lag() - coincidence.width() + 1);
        int to = Math.max(from + 1, Math.min(values.length, coincidence.span().to() - coincidence.lag()));
        double[] outside = new double[values.length];
        int count = 0;
        double sum = 0;
        double extreme = Double.NaN;
        double[] inside = new double[values.length];
        int within = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                continue;
            }
            if (i >= from && i < to) {
                sum += values[i];
                inside[within++] = values[i];
                boolean further = Double.isNaN(extreme) || (direction < 0 ? values[i] < extreme : values[i] > extreme);
                extreme = further ? values[i] : extreme;
            } else if (tested.usable()[i]) {
                outside[count++] = values[i];
            }
        }
        double mean = sum / within;
        double middle = Noise.median(Arrays.copyOf(inside, within));
        double level = direction * middle > direction * mean ? middle : mean;
        return new Attribution.Cause(
                signal.suspect(),
                signal.node(),
                coincidence.lag() * grid.step(),
                coincidence.strength(),
                coincidence.p(),
                Noise.median(Arrays.copyOf(outside, count)),
                peak ? extreme : level);
    }

    /** How many anomalies each signal agrees with. */
    private static Map<String, Integer> support(Map<Anomaly, List<Attribution.Cause>> causes) {
        Map<String, Integer> support = new HashMap<>();
        causes.values().forEach(found -> found.forEach(cause -> support.merge(key(cause), 1, Integer::sum)));
        return support;
    }

    private static List<Attribution.Cause> ranked(List<Attribution.Cause> causes, Map<String, Integer> support) {
        double best = causes.stream().mapToDouble(Attributor::weight).max().orElse(0);
        List<Attribution.Cause> ranked = new ArrayList<>(causes);
        ranked.sort(Comparator.comparing((Attribution.Cause cause) -> weight(cause) < ALIKE * best)
                .thenComparingInt(cause -> cause.suspect().depth())
                .thenComparingDouble(cause -> -cause.strength() * (1 + SUPPORT * support.getOrDefault(key(cause), 0))));
        return ranked;
    }

    private static double weight(Attribution.Cause cause) {
        return cause.strength() * cause.suspect().weight();
    }

    private static String key(Attribution.Cause cause) {
        return cause.suspect().metric() + " of " + cause.node();
    }

    /**
     * Whether it is worth a sentence. Load that was planned to rise explains itself, and a phase that begins slowly and
     * settles is news only where something tells why.
     */
    private static boolean isTold(Anomaly anomaly, List<Attribution.Cause> causes, Grid grid) {
        if (causes.isEmpty()) {
            double notable = anomaly.length() <= Noise.SHORT ? NOTABLE_SHORT : NOTABLE;
            return grid.window().steady()
                    && anomaly.edge() != Shift.Edge.START
                    && anomaly.excess() >= UNEXPLAINED_EXCESS
                    && Math.abs(anomaly.change()) >= notable;
        }
        return grid.window().steady() || !causes.getFirst().suspect().metric().equals("request_rate.offered");
    }

    private static Attribution attribution(
            Grid grid, List<Anomaly> anomalies, List<Attribution.Cause> causes, boolean watched) {
        Anomaly clearest = anomalies.getFirst();
        List<NodeSeries.Stretch> stretches = anomalies.stream()
                .sorted(Comparator.comparingInt(Anomaly::from))
                .map(anomaly -> new NodeSeries.Stretch(grid.t(anomaly.from()), grid.t(anomaly.to())))
                .toList();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("before", Attribution.rounded(clearest.before()));
        figures.put("during", Attribution.rounded(clearest.during()));
        figures.put("change", Attribution.rounded(clearest.change()));
        figures.put("beyond_chance", Attribution.rounded(clearest.excess()));
        return new Attribution(
                clearest.symptom().metric(),
                grid.window().phase(),
                stretches,
                causes,
                Sentences.attribution(grid, clearest, anomalies.size(), causes, watched),
                figures);
    }
}
