package io.portolan.sender.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Recent connects from one source, by which a network that lets only some connections a minute
 * through to a port is told from one that blocks it. Immutable.
 */
public final class ConnectSeries {
  /*
   * A limit shows itself as connections that work, then several in a row to whomever that time out,
   * and the same again: that again tells it from a block that began, or began and ended. Only
   * timeouts to two operators count, so that a dead host is none, and only while another port got
   * through, so that a network that was down for a minute is none. Refusals and all that a peer
   * says prove the way open, as a connection does.
   */
  private static final int IN_A_ROW = 3;
  private static final int TIMES = 2;
  private static final int OPERATORS = 2;

  private final List<Connect> connects;

  /**
   * @param connects in any order
   */
  public ConnectSeries(List<Connect> connects) {
    this.connects = connects.stream().sorted(Comparator.comparing(Connect::at)).toList();
  }

  /**
   * A connect that was tried.
   *
   * @param operator who runs the host
   * @param timedOut whether nothing came back; otherwise somebody answered
   */
  public record Connect(Instant at, int port, String operator, boolean timedOut) {}

  /**
   * A limit that the network seems to put on connections.
   *
   * @param inARow the fewest connections that worked before others timed out
   * @param perMinute how many worked a minute over the whole of it, at least 1
   */
  public record Limit(int port, int inARow, int perMinute) {
    /** What it means and what to do, for people. */
    public String words() {
      return "the first "
          + (inARow == 1 ? "connection works" : inARow + " connections work")
          + ", later ones time out and later again work, at several operators, while other ports are"
          + " fine: your network limits connections to port "
          + port
          + ". Cap connections at "
          + perMinute
          + " a minute (connectionsPerMinute in the policy's limits), and ask your host to remove the limit.";
    }
  }

  /** Connects in a row that all worked, or all timed out. */
  private record Run(boolean timedOut, List<Connect> connects) {
    Instant first() {
      return connects.getFirst().at();
    }

    Instant last() {
      return connects.getLast().at();
    }
  }

  /** The limit on a port, if there seems to be one. */
  public Optional<Limit> limitOf(int port) {
    List<Connect> here = connects.stream().filter(each -> each.port() == port).toList();
    List<Run> runs = runs(here);
    int times = 0;
    int inARow = Integer.MAX_VALUE;
    for (int i = 1; i < runs.size(); i++) {
      Run run = runs.get(i);
      if (run.timedOut() && run.connects().size() >= IN_A_ROW) {
        if (!isOfThePort(run, port)) {
          return Optional.empty();
        }
        times++;
        inARow = Math.min(inARow, runs.get(i - 1).connects().size());
      }
    }
    return times >= TIMES && isOfNoOperator(here)
        ? Optional.of(new Limit(port, inARow, perMinute(here)))
        : Optional.empty();
  }

  private static List<Run> runs(List<Connect> series) {
    List<Run> runs = new ArrayList<>();
    for (Connect connect : series) {
      if (runs.isEmpty() || runs.getLast().timedOut() != connect.timedOut()) {
        runs.add(new Run(connect.timedOut(), new ArrayList<>()));
      }
      runs.getLast().connects().add(connect);
    }
    return runs;
  }

  /** Whether another port got through, and none failed, while connects to this one timed out. */
  private boolean isOfThePort(Run run, int port) {
    List<Connect> meanwhile =
        connects.stream()
            .filter(each -> each.port() != port)
            .filter(each -> !each.at().isBefore(run.first()) && !each.at().isAfter(run.last()))
            .toList();
    return !meanwhile.isEmpty() && meanwhile.stream().noneMatch(Connect::timedOut);
  }

  /** Whether connects to several operators timed out, each of which answers at other times. */
  private static boolean isOfNoOperator(List<Connect> here) {
    Set<String> silent = new HashSet<>();
    Set<String> answering = new HashSet<>();
    here.forEach(each -> (each.timedOut() ? silent : answering).add(each.operator()));
    silent.retainAll(answering);
    return silent.size() >= OPERATORS;
  }

  private static int perMinute(List<Connect> here) {
    long worked = here.stream().filter(each -> !each.timedOut()).count();
    long seconds =
        Math.max(1, Duration.between(here.getFirst().at(), here.getLast().at()).toSeconds());
    return Math.toIntExact(Math.clamp(worked * 60 / seconds, 1, Integer.MAX_VALUE));
  }
}
