package io.portolan.sender.intake;

import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.Source;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What came in since this node started, by way and by what became of it. Thread-safe. */
public final class IntakeCounts {
  private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

  /** What becomes of a mail or an event. */
  public enum Result {
    /** It belongs to a delivery. */
    MATCHED,
    /** It belongs to none that is known: kept, never acted upon. */
    UNMATCHED,
    /** It was taken before. */
    DUPLICATE,
    /** It says nothing that anything follows from. */
    IGNORED,
    /** It was kept for people. */
    KEPT,
    /** To an address that is none of ours, or without a signature that is right. */
    REFUSED,
    /** It came over a limit of size, number or time, or was no correct protocol. */
    LIMITED,
    /** A mail that its server never handed out, or that broke whoever read it. */
    UNREADABLE;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Key(Source source, Result result) {}

  /** Counts what the inbox took. */
  public void taken(Source source, Receipt receipt) {
    count(
        source,
        switch (receipt) {
          case Receipt.Matched _ -> Result.MATCHED;
          case Receipt.Unmatched _ -> Result.UNMATCHED;
          case Receipt.Duplicate _ -> Result.DUPLICATE;
          case Receipt.Ignored _ -> Result.IGNORED;
        });
  }

  public void count(Source source, Result result) {
    counts.computeIfAbsent(new Key(source, result), _ -> new LongAdder()).increment();
  }

  /** How many there were. */
  public long of(Source source, Result result) {
    LongAdder count = counts.get(new Key(source, result));
    return count == null ? 0 : count.sum();
  }
}
