package io.portolan.api.fault;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a {@link LoggingSink} has logged, over all its processes: read on from where it was read
 * last. Not thread-safe.
 */
final class SinkLog {
  private static final long SECOND = 1_000;

  /**
   * In milliseconds, how long this host may take to see that a session was closed by its sender.
   */
  private static final long NOTICE = 50;

  private final Path file;
  private final Map<String, Taken> byRecipient = new LinkedHashMap<>();
  private final Set<String> open = new HashSet<>();
  private final Deque<Long> lastSeconds = new ArrayDeque<>();
  private final int rateSpanSeconds;
  private final Set<String> resetPhases = new HashSet<>();
  private long changed;
  private long read;
  private long messages;
  private long lostAnswers;
  private int mostSessions;
  private int mostInSpan;
  private boolean isCountingLimits = true;

  /** What one recipient got. */
  static final class Taken {
    private final Set<String> ids = new HashSet<>();
    private final List<Long> times = new ArrayList<>();

    /** When each copy was taken, in milliseconds since the epoch. */
    List<Long> times() {
      return times;
    }

    /** The Message-IDs of all copies. */
    Set<String> ids() {
      return ids;
    }
  }

  /**
   * @param rateSpanSeconds over how many seconds the rate is taken
   */
  SinkLog(Path file, int rateSpanSeconds) {
    this.file = file;
    this.rateSpanSeconds = rateSpanSeconds;
  }

  /** Reads on. */
  SinkLog update() {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] news = new byte[(int) (log.length() - read)];
      log.seek(read);
      log.readFully(news);
      String text = new String(news, StandardCharsets.US_ASCII);
      int whole = text.lastIndexOf('\n') + 1;
      read += whole;
      text.substring(0, whole).lines().forEach(this::take);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Whether what comes counts for the most sessions and the highest rate. */
  void countLimits(boolean count) {
    update();
    isCountingLimits = count;
  }

  /** Messages that were taken, with copies. */
  long messages() {
    return messages;
  }

  /** How many recipients have a message. */
  int recipients() {
    return byRecipient.size();
  }

  boolean has(String recipient) {
    return byRecipient.containsKey(recipient);
  }

  /** What each recipient got. */
  Map<String, Taken> byRecipient() {
    return byRecipient;
  }

  /** Messages that were taken, and their connections reset on demand before the answer. */
  long lostAnswers() {
    return lostAnswers;
  }

  /** In which phases connections were reset. */
  Set<String> resetPhases() {
    return resetPhases;
  }

  /** The sessions that are open now. */
  Set<String> openSessions() {
    return Set.copyOf(open);
  }

  /** The most sessions that were open at one time, and more than for a moment. */
  int mostSessions() {
    return mostSessions;
  }

  /** The most messages within a span. */
  int mostInSpan() {
    return mostInSpan;
  }

  private void take(String line) {
    String[] words = line.split(" ", -1);
    long at = Long.parseLong(words[0]);
    if (isCountingLimits && at - changed >= NOTICE) {
      mostSessions = Math.max(mostSessions, open.size());
    }
    switch (words[1]) {
      case "start" -> {
        open.clear();
        changed = at;
      }
      case "open" -> {
        open.add(words[2]);
        changed = at;
      }
      case "close" -> {
        open.remove(words[2]);
        changed = at;
      }
      case "reset" -> {
        resetPhases.add(words[3]);
        if (LoggingSink.Break.valueOf(words[3]) == LoggingSink.Break.TAKEN) {
          lostAnswers++;
        }
      }
      case "take" -> {
        messages++;
        Taken taken = byRecipient.computeIfAbsent(words[3], _ -> new Taken());
        taken.times.add(at);
        taken.ids.add(words[4]);
        lastSeconds.add(at);
        while (at - lastSeconds.getFirst() >= rateSpanSeconds * SECOND) {
          lastSeconds.remove();
        }
        if (isCountingLimits) {
          mostInSpan = Math.max(mostInSpan, lastSeconds.size());
        }
      }
      default -> throw new IllegalStateException(line);
    }
  }
}
