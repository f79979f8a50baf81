package dev.plimsoll.agent.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    private static final int DRAWS = 200_000;

    @Test
    void outputsAreThoseOfSplitMix64() {
        RandomStream stream = RandomStream.of(0, 0, 0);
        stream.reset(42);
        SplittableRandom reference = new SplittableRandom(42);
        for (int i = 0; i < 1000; i++) {
            assertEquals(reference.nextLong(), stream.nextLong());
        }
    }

    @Test
    void keysOfNeighboursDiffer() {
        long key = RandomStream.key(1, 2, 3);
        assertNotEquals(key, RandomStream.key(2, 1, 3));
        assertNotEquals(key, RandomStream.key(1, 3, 2));
        assertNotEquals(key, RandomStream.key(0, 2, 3));
        // About half of the bits change when one bit of the key does.
        int changed = Long.bitCount(key ^ RandomStream.key(1, 2, 2));
        assertTrue(changed > 12 && changed < 52, changed + " bits changed");
    }

    @Test
    void gaussianHasItsMoments() {
        RandomStream stream = RandomStream.of(1, 1, 1);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double x = stream.nextGaussian();
            sum += x;
            squares += x * x;
        }
        // The mean deviates by 1 / √n = 0.0022, the variance by √(2 / n) = 0.0032; five deviations are allowed.
        assertEquals(0, sum / DRAWS, 0.011);
        assertEquals(1, squares / DRAWS, 0.016);
    }

    @Test
    void gammaHasItsMomentsAboveAndBelowShapeOne() {
        for (double shape : new double[] {0.25, 1, 4}) {
            RandomStream stream = RandomStream.of(9, 9, 9);
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < DRAWS; i++) {
                double x = stream.nextGamma(shape);
                sum += x;
                squares += x * x;
            }
            double mean = sum / DRAWS;
            assertEquals(shape, mean, 5 * Math.sqrt(shape / DRAWS), "the mean is the shape");
            assertEquals(shape, squares / DRAWS - mean * mean, 0.1 * shape, "and so is the variance");
        }
    }

    @Test
    void boundedNumbersAreEven() {
        RandomStream stream = RandomStream.of(5, 5, 5);
        int[] counts = new int[10];
        for (int i = 0; i < DRAWS; i++) {
            counts[stream.nextInt(10)]++;
        }
        for (int count : counts) {
            assertEquals(DRAWS / 10.0, count, 5 * Math.sqrt(DRAWS / 10.0));
        }
    }
}
