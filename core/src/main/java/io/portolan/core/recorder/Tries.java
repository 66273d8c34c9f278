package io.portolan.core.recorder;

import io.portolan.core.database.DatabaseException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what must be done as often as it takes, with a growing pause: while the database is away,
 * and while this process itself is in trouble, as without memory. Ends with the time for closing.
 *
 * <p>Used by one thread; closing and looking are for any.
 */
final class Tries {
  static final int UNTIL_DONE = Integer.MAX_VALUE;

  private static final Logger log = LoggerFactory.getLogger(Tries.class);

  private static final Optional<String> NO_WORDS = Optional.of("no memory to say what it is");
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private volatile boolean closing;
  private volatile long lastTry;
  private volatile Optional<String> trouble = Optional.empty();
  private Duration pause = FIRST_PAUSE;

  /** It stayed impossible for as long as closing may wait. */
  static final class GaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GaveUpException(Throwable cause) {
      super("Results could not be written when the recorder was closed", cause);
    }
  }

  /** From now on nothing is tried for longer than {@code farewell}. */
  void close(Duration farewell) {
    lastTry = System.nanoTime() + farewell.toNanos();
    closing = true;
  }

  boolean isClosing() {
    return closing;
  }

  /** Which error keeps what must be done from being done; empty while none does. */
  Optional<String> trouble() {
    return trouble;
  }

  /** Whatever was the trouble is over. */
  void wentWell() {
    trouble = Optional.empty();
    pause = FIRST_PAUSE;
  }

  /**
   * Does something, as often as it takes while that may pass.
   *
   * @param tries how often an error is met before it is thrown that may be of what is done; one of
   *     the process is never thrown
   * @throws GaveUpException when that takes longer than closing may wait
   * @throws RuntimeException when it is refused for good
   */
  <T> T insist(int tries, Supplier<T> work) {
    pause = FIRST_PAUSE;
    for (int errors = 0; ; ) {
      try {
        return work.get();
      } catch (DatabaseException e) {
        if (!e.mayPass()) {
          throw e;
        }
        endInTime(e);
        log.warn("{} Results wait and are written when it is back.", e.getMessage());
        sleep();
      } catch (Error e) {
        if (!isOfTheProcess(e) && ++errors >= tries) {
          throw e;
        }
        waitAfter(e);
      }
    }
  }

  /** Tells of what is no fault of what is done, and pauses. */
  void waitAfter(Throwable e) {
    try {
      String what = e.toString();
      boolean isNews = trouble.filter(what::equals).isEmpty();
      trouble = Optional.of(what);
      if (isNews) {
        log.error("Results cannot be written for a fault of this process and are tried again", e);
      } else {
        log.warn("Results still cannot be written: {}", what);
      }
    } catch (VirtualMachineError again) {
      // without memory nothing can be told either; what is to be written comes first
      trouble = NO_WORDS;
    }
    endInTime(e);
    sleep();
  }

  /** Any entry meets it. A stack overflows by the depth of what is handled, so perhaps of one. */
  private static boolean isOfTheProcess(Error e) {
    return e instanceof LinkageError
        || (e instanceof VirtualMachineError && !(e instanceof StackOverflowError));
  }

  private void endInTime(Throwable e) {
    if (closing && System.nanoTime() - lastTry > 0) {
      throw new GaveUpException(e);
    }
  }

  private void sleep() {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      // nobody but the recorder holds its thread; results come first, so the wish is not granted
      log.warn("The recorder was interrupted and goes on");
    }
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
