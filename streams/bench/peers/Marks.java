import java.util.concurrent.atomic.AtomicLong;

/** Counts packs and says when the first and the last came, as marks.py does. */
final class Marks {
    private static final AtomicLong COUNT = new AtomicLong();
    private static volatile long deadline = Long.MAX_VALUE;
    private static long packs;
    private static double seconds;

    private Marks() {}

    static void expect(long expected, double patience) {
        packs = expected;
        seconds = patience;
    }

    /** Counts a pack that is done with; ends the process when the time is over. */
    static void pack() {
        long count = COUNT.incrementAndGet();
        if (count == 1) {
            deadline = System.nanoTime() + (long) (seconds * 1e9);
            say("bench: first");
        }
        if (count % 64 == 0 && System.nanoTime() > deadline) {
            finish();
        }
    }

    /** Whether all packs were counted. */
    static boolean complete() {
        return COUNT.get() >= packs;
    }

    /** Says that all is done, waits until that was noticed, and ends the process. */
    static synchronized void finish() {
        say("bench: done " + COUNT.get());
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void say(String text) {
        System.out.println(text);
        System.out.flush();
    }
}
