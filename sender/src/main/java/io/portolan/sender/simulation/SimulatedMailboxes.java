package io.portolan.sender.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What the servers of a simulated network took responsibility for, by recipient. Recipients compare
 * without regard to case.
 *
 * <p>Thread-safe; every query sees a moment's state.
 */
public final class SimulatedMailboxes {
  /** Messages whose text is kept if nothing else is said. */
  public static final int DEFAULT_TEXTS = 10_000;

  private final int texts;
  private final boolean keeping;
  private final Map<String, List<StoredMessage>> byRecipient = new HashMap<>();
  private final List<Consumer<StoredMessage>> watchers = new CopyOnWriteArrayList<>();
  private int messages;

  public SimulatedMailboxes() {
    this(DEFAULT_TEXTS);
  }

  /**
   * @param texts how many messages are kept whole; of later ones only what identifies them
   */
  public SimulatedMailboxes(int texts) {
    this(texts, true);
  }

  private SimulatedMailboxes(int texts, boolean keeping) {
    this.texts = texts;
    this.keeping = keeping;
  }

  /** Mailboxes that count what arrives and keep none of it: no memory grows with the mail. */
  public static SimulatedMailboxes discarding() {
    return new SimulatedMailboxes(0, false);
  }

  /** Calls the watcher for each message that arrives, on the thread of the server that took it. */
  public void watch(Consumer<StoredMessage> watcher) {
    watchers.add(watcher);
  }

  /** Takes a message for each of a session's recipients. */
  void take(SmtpSession session, MessageBody body, Instant now) {
    if (!keeping) {
      count(session.recipients().size());
      return;
    }
    StoredMessage.Content content = body.content(keepsText());
    StoredMessage.Origin origin = session.origin();
    for (String recipient : session.recipients()) {
      store(new StoredMessage(recipient, session.sender(), content, origin, now));
    }
  }

  private synchronized void count(int more) {
    messages += more;
    notifyAll();
  }

  /** Whether the next message is still to be kept whole. */
  private synchronized boolean keepsText() {
    return messages < texts;
  }

  void store(StoredMessage message) {
    synchronized (this) {
      messages++;
      byRecipient
          .computeIfAbsent(key(message.recipient()), ignored -> new ArrayList<>(1))
          .add(message);
      notifyAll();
    }
    watchers.forEach(watcher -> watcher.accept(message));
  }

  /** How many messages arrived; one to two recipients counts twice. */
  public synchronized int messages() {
    return messages;
  }

  /** How many recipients got at least one. */
  public synchronized int recipients() {
    return byRecipient.size();
  }

  /** The messages of one recipient in the order they arrived. */
  public synchronized List<StoredMessage> of(String recipient) {
    return List.copyOf(byRecipient.getOrDefault(key(recipient), List.of()));
  }

  /** All messages that fit, by recipient. */
  public synchronized List<StoredMessage> matching(Predicate<StoredMessage> predicate) {
    return byRecipient.values().stream().flatMap(List::stream).filter(predicate).toList();
  }

  /** Recipients that got more than one message, in lower case, with how many. */
  public synchronized SortedMap<String, Integer> withMoreThanOne() {
    SortedMap<String, Integer> many = new TreeMap<>();
    byRecipient.forEach(
        (recipient, received) -> {
          if (received.size() > 1) {
            many.put(recipient, received.size());
          }
        });
    return many;
  }

  /**
   * Recipients that got one Message-ID more than once, in lower case, with how many copies beyond
   * the first.
   */
  public synchronized SortedMap<String, Integer> duplicates() {
    SortedMap<String, Integer> duplicates = new TreeMap<>();
    byRecipient.forEach(
        (recipient, received) -> {
          Set<String> ids = new HashSet<>();
          for (StoredMessage message : received) {
            if (!message.content().messageId().isEmpty()
                && !ids.add(message.content().messageId())) {
              duplicates.merge(recipient, 1, Integer::sum);
            }
          }
        });
    return duplicates;
  }

  /** Those of the expected recipients that got nothing, as they were written. */
  public synchronized SortedSet<String> missing(Collection<String> expected) {
    SortedSet<String> missing = new TreeSet<>();
    for (String recipient : expected) {
      if (!byRecipient.containsKey(key(recipient))) {
        missing.add(recipient);
      }
    }
    return missing;
  }

  /** Waits until that many messages have arrived; false if they have not within the timeout. */
  public synchronized boolean awaitMessages(int number, Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (messages < number) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }

  /** Empties every mailbox. */
  public synchronized void clear() {
    byRecipient.clear();
    messages = 0;
  }

  static String key(String address) {
    return address.toLowerCase(Locale.ROOT);
  }
}
