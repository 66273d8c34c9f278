package io.portolan.sender.lane;

import io.portolan.core.reply.Phase;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathChoice.DialLeave;
import io.portolan.sender.path.PathLease;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.SessionOpener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a port that is blocked under open sessions. Their packets vanish, and by RFC 5321 each
 * would wait five minutes for its answer, or ten; so when a peer has owed one for some seconds, its
 * port is dialled, once a minute at most, and if that gets no answer either, the path is left and
 * its silent sessions are given up, whose messages take another path. So a slow line, which takes
 * nothing of a large text for seconds and cannot be told from a silent one, costs a dial and is
 * kept as long as its port answers. Sessions that wait for the answer to the end of data are never
 * given up: the peer may have the message (RFC 5321 section 4.5.3.2.6). They wait on, and others of
 * the lane work in their stead: beyond the lane's limit of connections while the path is left,
 * within it otherwise.
 *
 * <p>Thread-safe.
 */
final class StallWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StallWatch.class);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration STALL = Duration.ofSeconds(4);
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration BETWEEN_DIALS = Duration.ofMinutes(1);

  private final PathChoice paths;
  private final SessionOpener opener;
  private final InstantSource clock;
  private final Map<Line, Watched> lines = new ConcurrentHashMap<>();
  private final Consumer<Lane> reinforce;
  private final Map<String, Instant> dialled = new HashMap<>();
  private @Nullable Thread worker;

  /**
   * @param reinforce starts workers of a lane in the stead of those that wait for silent peers
   */
  StallWatch(
      PathChoice paths, SessionOpener opener, InstantSource clock, Consumer<Lane> reinforce) {
    this.paths = paths;
    this.opener = opener;
    this.clock = clock;
    this.reinforce = reinforce;
  }

  /** A session under watch. */
  private record Watched(Line line, Lane lane) {
    String key() {
      return line.path().label() + " " + line.path().tls() + " " + line.session().peerAddress();
    }
  }

  void start() {
    worker = Thread.ofVirtual().name("stall-watch").start(this::run);
  }

  @Override
  public void close() {
    Thread running = worker;
    if (running != null) {
      running.interrupt();
    }
  }

  /** Takes a session under watch until it is released. */
  void watch(Line line, Lane lane) {
    lines.put(line, new Watched(line, lane));
  }

  void release(Line line) {
    Watched watched = lines.remove(line);
    if (watched != null) {
      watched.lane().heard(line);
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(TICK);
        try {
          step();
        } catch (RuntimeException e) {
          log.error("the watch on silent sessions has failed and goes on", e);
        }
      }
    } catch (InterruptedException e) {
      // the node is closing
    }
  }

  private void step() {
    Instant now = clock.instant();
    dialled.values().removeIf(at -> at.plus(BETWEEN_DIALS).isBefore(now));
    for (Watched each : lines.values()) {
      if (each.line().session().isSilent(STALL)) {
        silent(each, now);
      } else {
        each.lane().heard(each.line());
      }
    }
  }

  private void silent(Watched each, Instant now) {
    if (paths.isLeft(each.line().path(), each.lane().key())) {
      leave(each);
      return;
    }
    othersWorkOn(each, false);
    if (dialled.containsKey(each.key())) {
      return;
    }
    switch (paths.ask(each.line().path(), each.lane().key())) {
      case DialLeave.Left _ -> leave(each);
      case DialLeave.Busy _ -> {
        // whoever is dialling the path will know
      }
      case DialLeave.Free(PathLease lease) -> {
        dialled.put(each.key(), now);
        Thread.ofVirtual().name("stall-dial").start(() -> dial(each, lease));
      }
    }
  }

  private void leave(Watched each) {
    if (each.line().session().giveUpIfSilent(STALL)) {
      log.info(
          "a session with {} is given up: it has not answered for {} s, and its path {} is left",
          each.line().session().host(),
          STALL.toSeconds(),
          each.line().path().label());
    } else {
      othersWorkOn(each, true);
    }
  }

  private void othersWorkOn(Watched each, boolean isLeft) {
    if (each.lane().silent(each.line(), isLeft)) {
      if (lines.containsKey(each.line())) {
        reinforce.accept(each.lane());
      } else {
        each.lane().heard(each.line());
      }
    }
  }

  private void dial(Watched each, PathLease lease) {
    try (lease) {
      String host = each.line().session().host();
      String address = each.line().session().peerAddress();
      Optional<Opening.PathFailed> failure =
          opener.connect(
              each.line().path().source(), host, address, each.line().path().port(), CONNECT);
      if (failure.isEmpty()) {
        lease.connected(address);
      } else if (failure.get().phase() == Phase.CONNECT && failure.get().kind().blocksPath()) {
        lease.failed(Phase.CONNECT, failure.get().kind().id(), host);
      }
    }
  }
}
