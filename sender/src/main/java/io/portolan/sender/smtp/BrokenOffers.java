package io.portolan.sender.smtp;

import io.portolan.sender.exchange.Capabilities.Extension;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The extensions that hosts offer and break, and those that they were seen to keep. Forgets each
 * after a day, and the eldest of either when there are more than {@value #MOST}. Thread-safe;
 * nothing blocks within.
 */
final class BrokenOffers {
  private static final int MOST = 1_000;
  private static final long KEPT_NANOS = Duration.ofDays(1).toNanos();

  /** An extension that a host offers. */
  record Offer(String host, Extension extension) {}

  /** Since when something is known of offers. */
  private static final class Moments extends LinkedHashMap<Offer, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Offer, Long> eldest) {
      return size() > MOST;
    }

    void note(Offer offer, long nowNanos) {
      remove(offer);
      put(offer, nowNanos);
    }

    boolean has(Offer offer, long nowNanos) {
      Long since = get(offer);
      if (since == null) {
        return false;
      }
      if (nowNanos - since > KEPT_NANOS) {
        remove(offer);
        return false;
      }
      return true;
    }
  }

  // apart, or the many that are kept would push out the few that are not
  private final Moments broken = new Moments();
  private final Moments doubted = new Moments();
  private final Moments kept = new Moments();

  /** The host was seen to break it. */
  synchronized void remember(Offer offer, long nowNanos) {
    broken.note(offer, nowNanos);
  }

  /**
   * The host did what one would do that breaks it, or that is restarted: broken is what was doubted
   * twice, unless the host was seen to keep it.
   */
  synchronized void doubt(Offer offer, long nowNanos) {
    if (kept.has(offer, nowNanos)) {
      return;
    }
    (doubted.has(offer, nowNanos) ? broken : doubted).note(offer, nowNanos);
  }

  /** The host was seen to keep it. */
  synchronized void trust(Offer offer, long nowNanos) {
    kept.note(offer, nowNanos);
  }

  synchronized boolean isBroken(Offer offer, long nowNanos) {
    return broken.has(offer, nowNanos);
  }
}
