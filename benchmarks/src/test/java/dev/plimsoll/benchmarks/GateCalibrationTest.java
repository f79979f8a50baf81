package dev.plimsoll.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A short run of the calibration, with fixed seeds: the figures of the long one are in docs/verdict.md. */
class GateCalibrationTest {
    /** The limits are beyond what chance does, so 5 % of 20 gates is the most. */
    @ParameterizedTest
    @EnumSource(GateCalibration.Watching.class)
    void theSameCodeIsRolledBackInAtMostFivePercent(GateCalibration.Watching watching) {
        GateCalibration.Shares shares = GateCalibration.sameCode(20, 5, GateCalibration.Limits.CLOSE, watching);
        System.out.println("same code, " + watching + ": " + shares);
        assertTrue(shares.rolledBack() <= 0.05, shares::toString);
    }

    /** 2.5 % of 60 gates are 1.5 on average, and more than 5 with a probability of 0.4 %. */
    @Test
    void aLimitThatIsTheTruthIsWatchedWithoutInflatingErrors() {
        GateCalibration.Shares shares = GateCalibration.limitIsTheTruth(60, GateCalibration.Watching.STOPPING);
        System.out.println("limit is the truth, watched: " + shares);
        assertTrue(shares.rolledBack() * 60 <= 5.5, shares::toString);
        assertTrue(shares.promoted() * 60 <= 5.5, shares::toString);
    }

    /** The planned length is 60 s. */
    @Test
    void aLimitFarAwayIsDecidedWithinAThirdOfThePlannedLength() {
        GateCalibration.Shares kept = GateCalibration.farAway(20, 2, GateCalibration.Watching.STOPPING);
        GateCalibration.Shares broken = GateCalibration.farAway(20, 0.5, GateCalibration.Watching.STOPPING);
        System.out.println("far away, kept:   " + kept + "\nfar away, broken: " + broken);
        assertTrue(kept.promoted() >= 0.95 && kept.meanSeconds() <= 20, kept::toString);
        assertTrue(broken.rolledBack() == 1 && broken.meanSeconds() <= 20, broken::toString);
    }

    @ParameterizedTest
    @EnumSource(GateCalibration.Change.class)
    void aChangeIsFoundWithinThePlannedLength(GateCalibration.Change change) {
        GateCalibration.Found found = GateCalibration.planned(40, GateCalibration.MANY, change);
        System.out.println(change + ": " + found);
        assertTrue(found.planned() >= 0.9, found::toString);
        assertTrue(found.found() >= 0.85, found::toString);
    }
}
