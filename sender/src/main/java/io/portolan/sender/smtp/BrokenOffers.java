package io.portolan.sender.smtp;

import io.portolan.sender.exchange.Capabilities.Extension;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The extensions that hosts offer and break, and the uses of pipelining that they were seen to
 * keep. Forgets each after a day, and the eldest of either when there are more than {@value #MOST}.
 * Thread-safe; nothing blocks within.
 */
final class BrokenOffers {
  private static final int MOST = 1_000;
  private static final long KEPT_NANOS = Duration.ofDays(1).toNanos();

  /** An extension that a host offers. */
  record Offer(String host, Extension extension) {}

  /**
   * A use of the pipelining that a host offers.
   *
   * @param ahead behind a dot, or else groups alone
   */
  record Grouping(String host, boolean ahead) {}

  /** Since when something is known. */
  private static final class Moments<K> extends LinkedHashMap<K, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
      return size() > MOST;
    }

    void note(K what, long nowNanos) {
      remove(what);
      put(what, nowNanos);
    }

    boolean has(K what, long nowNanos) {
      Long since = get(what);
      if (since == null) {
        return false;
      }
      if (nowNanos - since > KEPT_NANOS) {
        remove(what);
        return false;
      }
      return true;
    }
  }

  // apart, or the many that are kept would push out the few that are not
  private final Moments<Offer> broken = new Moments<>();
  private final Moments<Grouping> doubted = new Moments<>();
  private final Moments<Grouping> kept = new Moments<>();

  /** The host was seen to break it. */
  synchronized void remember(Offer offer, long nowNanos) {
    broken.note(offer, nowNanos);
  }

  /**
   * The host did what one would do that breaks pipelining, or that hangs or is restarted: broken it
   * is once doubted twice, unless the host was seen to keep it.
   *
   * @return whether it is broken by now
   */
  synchronized boolean doubt(Grouping grouping, long nowNanos) {
    if (kept.has(grouping, nowNanos)) {
      return false;
    }
    if (!doubted.has(grouping, nowNanos)) {
      doubted.note(grouping, nowNanos);
      return false;
    }
    broken.note(new Offer(grouping.host(), Extension.PIPELINING), nowNanos);
    return true;
  }

  /** The host was seen to keep it. */
  synchronized void trust(Grouping grouping, long nowNanos) {
    kept.note(grouping, nowNanos);
  }

  synchronized boolean isBroken(Offer offer, long nowNanos) {
    return broken.has(offer, nowNanos);
  }
}
