package io.portolan.sender.mailbox;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Remembers which mails of a mailbox could not be read, or not be put away once they were, so that
 * none of them stops the others: each is tried again with pauses that double up to a day, and is
 * set aside after {@value #MOST_TRIES} tries, if others were read meanwhile: while none is, the
 * server may be to blame, or we. What is done of a mail is not done again. Kept in memory: another
 * node, and this one after a restart, begins anew. Not thread-safe.
 */
final class Unreadable {
  /** With a poll each minute they take two hours, which outlasts most outages of a server. */
  static final int MOST_TRIES = 7;

  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);
  private static final int MOST_REMEMBERED = 10_000;

  private final Duration interval;
  private final InstantSource clock;
  private final BiConsumer<String, String> told;
  private final Map<String, Trouble> troubles = new HashMap<>();
  private final Set<Long> ahead = new HashSet<>();
  private long validity;
  private Instant lastRead = Instant.MIN;

  /** How far a mail got that is still in the mailbox. */
  enum Stage {
    UNREAD,
    /** It was read and committed. */
    TAKEN,
    /** It is in the folder that it is moved to, too. */
    COPIED
  }

  private record Trouble(int tries, Instant since, Instant notBefore, String words, Stage stage) {}

  /**
   * @param interval between polls
   * @param told is given the name of a mail and what is wrong with it when it is set aside
   */
  Unreadable(Duration interval, InstantSource clock, BiConsumer<String, String> told) {
    this.interval = interval;
    this.clock = clock;
    this.told = told;
  }

  /** With another UIDVALIDITY the names that are remembered mean nothing. */
  void folder(long uidValidity) {
    if (validity != uidValidity) {
      troubles.clear();
      ahead.clear();
      validity = uidValidity;
    }
  }

  /** Whether a mail is to be tried now. */
  boolean isDue(String name) {
    Trouble trouble = troubles.get(name);
    return trouble == null || !clock.instant().isBefore(trouble.notBefore());
  }

  boolean isSetAside(String name) {
    Trouble trouble = troubles.get(name);
    return trouble != null && trouble.tries() >= MOST_TRIES;
  }

  /** How far a mail got before. */
  Stage stage(String name) {
    Trouble trouble = troubles.get(name);
    return trouble == null ? Stage.UNREAD : trouble.stage();
  }

  /** Mails with which something is wrong. */
  Set<String> names() {
    return Set.copyOf(troubles.keySet());
  }

  /** Forgets mails that are no longer there. */
  void retain(Set<String> there) {
    troubles.keySet().retainAll(there);
  }

  /**
   * One more try was in vain.
   *
   * @param stage how far the mail got
   */
  void failed(String name, String words, Stage stage) {
    Trouble before = troubles.get(name);
    if (before == null && troubles.size() >= MOST_REMEMBERED) {
      troubles.remove(troubles.keySet().iterator().next());
    }
    Instant now = clock.instant();
    Instant since = before == null ? now : before.since();
    int next = before == null ? 1 : before.tries() + 1;
    int tries = lastRead.isBefore(since) ? Math.min(next, MOST_TRIES - 1) : next;
    troubles.put(name, new Trouble(tries, since, now.plus(pause(tries)), words, stage));
    if (tries == MOST_TRIES) {
      told.accept(name, words);
    }
  }

  /** A mail was read. */
  void read() {
    lastRead = clock.instant();
  }

  /** Nothing is left to do with a mail, or it is no longer there. */
  void settled(String name) {
    troubles.remove(name);
  }

  /**
   * Remembers the UID of a mail that is done with while an earlier one is not. If so many are that
   * no more can be remembered, the earlier ones have been in the way for long enough.
   */
  void ahead(long uid) {
    ahead.add(uid);
    if (ahead.size() >= MOST_REMEMBERED) {
      troubles.replaceAll((name, trouble) -> isSetAside(name) ? trouble : setAside(name, trouble));
    }
  }

  private Trouble setAside(String name, Trouble trouble) {
    told.accept(name, trouble.words());
    return new Trouble(
        MOST_TRIES, trouble.since(), trouble.notBefore(), trouble.words(), trouble.stage());
  }

  boolean isAhead(long uid) {
    return ahead.contains(uid);
  }

  /** Forgets what the progress that is kept in the database tells as well. */
  void reached(long uid) {
    ahead.removeIf(each -> each <= uid);
  }

  /** What stands in the way of which mails; empty if nothing does. */
  String words() {
    return troubles.isEmpty()
        ? ""
        : troubles.size()
            + (troubles.size() == 1 ? " mail" : " mails")
            + " could not be read or put away, the rest goes on: "
            + troubles.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(3)
                .map(each -> each.getKey() + " (" + each.getValue().words() + ")")
                .reduce((one, other) -> one + ", " + other)
                .orElse("");
  }

  private Duration pause(int tries) {
    Duration pause = interval.multipliedBy(1L << Math.min(tries, 20));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }
}
