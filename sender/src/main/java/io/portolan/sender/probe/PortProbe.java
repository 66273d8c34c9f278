package io.portolan.sender.probe;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.dns.HostLookup;
import io.portolan.sender.probe.ProbeResult.Finding;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.PeerEvidence;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SessionTarget;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Looks at ports: connect, banner, EHLO, TLS, QUIT at one IPv4 and one IPv6 address of each host,
 * all at one time. Never asks a host to take a message, and never logs in.
 *
 * <p>Thread-safe; a call blocks for at most 30 s.
 */
public final class PortProbe {
  private static final int MX_PORT = 25;
  private static final Duration FOR_NAMES = Duration.ofSeconds(8);
  private static final Duration FOR_SESSIONS = Duration.ofSeconds(21);

  // Linux sends a SYN four to seven times in ten seconds, so that no usual loss stops them all
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration STEP = Duration.ofSeconds(8);
  private static final Timeouts TIMEOUTS = new Timeouts(CONNECT, STEP, STEP, STEP, STEP, STEP);

  /** So short that a second connection ends within the time for sessions. */
  private static final Duration SECOND_STEP = Duration.ofSeconds(3);

  private static final Timeouts SECOND =
      new Timeouts(SECOND_STEP, SECOND_STEP, SECOND_STEP, SECOND_STEP, SECOND_STEP, SECOND_STEP);

  private final HostLookup names;
  private final SessionOpener opener;
  private final ControlTargets controls;
  private final String heloName;
  private final InstantSource clock;

  public PortProbe(
      HostLookup names,
      SessionOpener opener,
      ControlTargets controls,
      String heloName,
      InstantSource clock) {
    this.names = names;
    this.opener = opener;
    this.controls = controls;
    this.heloName = heloName;
    this.clock = clock;
  }

  /** An address to be looked at. */
  private record Look(ProbeTarget target, AddressFamily family, String address) {}

  /** The ports that can be judged. */
  public ControlTargets controls() {
    return controls;
  }

  /** Looks at everything asked for, and says what it means. */
  public ProbeReport probe(ProbeRequest request) throws InterruptedException {
    Instant start = clock.instant();
    List<ProbeTarget> judging =
        controls.mail().stream().filter(target -> request.ports().contains(target.port())).toList();
    Map<ProbeTarget, HostAnswer> known =
        addresses(
            Stream.of(request.wanted(), judging, controls.positive())
                .flatMap(List::stream)
                .distinct()
                .toList());
    Round round = round(request, judging, known);
    Words words = new Words(request, round);
    return new ProbeReport(
        start,
        Duration.between(start, clock.instant()),
        request.ports().stream().map(words::ofPort).toList(),
        request.wanted().stream().map(ProbeTarget::port).distinct().map(words::ofHost).toList(),
        Stream.of(round.wanted(), round.controls(), round.positive())
            .flatMap(List::stream)
            .toList());
  }

  private Round round(
      ProbeRequest request, List<ProbeTarget> judging, Map<ProbeTarget, HostAnswer> known)
      throws InterruptedException {
    List<ProbeTarget> wanted = request.wanted();
    List<Look> looks = new ArrayList<>();
    List<ProbeResult> nameless = new ArrayList<>();
    Stream.of(wanted, judging, controls.positive())
        .flatMap(List::stream)
        .distinct()
        .forEach(
            target -> {
              switch (known.getOrDefault(
                  target, new HostAnswer.TemporaryFailure("no answer in time"))) {
                case HostAnswer.Addresses(List<InetAddress> addresses, Duration _) -> {
                  List<InetAddress> allowed =
                      request.mayBeInside() || !wanted.contains(target)
                          ? addresses
                          : addresses.stream()
                              .filter(each -> !LocalNetworks.contain(each))
                              .toList();
                  if (allowed.isEmpty()) {
                    nameless.add(nameless(target, "has no address outside of this network"));
                  }
                  firstOfEach(allowed)
                      .forEach((family, address) -> looks.add(new Look(target, family, address)));
                }
                case HostAnswer.NoSuchHost _ -> nameless.add(nameless(target, "has no address"));
                case HostAnswer.TemporaryFailure(String detail) ->
                    nameless.add(nameless(target, "cannot be looked up: " + detail));
              }
            });
    List<ProbeResult> results = new ArrayList<>(nameless);
    results.addAll(all(looks, FOR_SESSIONS, this::look, PortProbe::unfinished));
    return new Round(of(judging, results), of(wanted, results), of(controls.positive(), results));
  }

  private Map<ProbeTarget, HostAnswer> addresses(List<ProbeTarget> targets)
      throws InterruptedException {
    record Answer(ProbeTarget target, HostAnswer answer) {}
    Map<ProbeTarget, HostAnswer> known = new HashMap<>();
    for (Answer each :
        all(
            targets,
            FOR_NAMES,
            target -> new Answer(target, names.lookUp(target.host())),
            target -> new Answer(target, new HostAnswer.TemporaryFailure("no answer in time")))) {
      known.put(each.target(), each.answer());
    }
    return known;
  }

  @FunctionalInterface
  private interface Work<A, B> {
    B on(A item) throws InterruptedException;
  }

  /** Does something on all items at one time; what is not done in time is given up. */
  private static <A, B> List<B> all(
      List<A> items, Duration time, Work<A, B> work, Work<A, B> unfinished)
      throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<B>> futures =
          threads.invokeAll(
              items.stream().<Callable<B>>map(item -> () -> work.on(item)).toList(),
              time.toMillis(),
              TimeUnit.MILLISECONDS);
      List<B> results = new ArrayList<>();
      for (int i = 0; i < items.size(); i++) {
        Future<B> future = futures.get(i);
        results.add(future.isCancelled() ? unfinished.on(items.get(i)) : future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a look failed instead of answering", e.getCause());
    }
  }

  private ProbeResult look(Look look) {
    if (look.target().tls() == TlsMode.NONE) {
      return connect(look);
    }
    ProbeTarget target = look.target();
    Path path =
        new Path(
            target.port() == MX_PORT ? Path.DIRECT : target.operator(),
            target.port(),
            target.tls());
    return switch (opener.open(
        new SessionTarget(
            path, target.host(), List.of(look.address()), Optional.empty(), heloName, TIMEOUTS))) {
      case Opening.Opened(var session) -> {
        try (session) {
          yield result(look, new ProbeResult.Ready(), session.openTook(), session.evidence());
        }
      }
      case Opening.Refused refused ->
          result(
              look,
              new ProbeResult.Answered(refused.phase(), refused.reply()),
              refused.took(),
              refused.evidence());
      case Opening.PathFailed failed
          when failed.kind() == FailureKind.NO_BANNER && speaksTlsAtOnce(look) ->
          result(
              look,
              new ProbeResult.Failed(
                  failed.phase(),
                  FailureKind.TLS_MODE_MISMATCH,
                  "says nothing in clear and speaks TLS from the first byte"),
              failed.took(),
              failed.evidence());
      case Opening.PathFailed failed ->
          result(
              look,
              new ProbeResult.Failed(failed.phase(), failed.kind(), failed.detail()),
              failed.took(),
              failed.evidence());
    };
  }

  /** Whether a peer that is silent in clear answers TLS on a second connection: no tarpit then. */
  private boolean speaksTlsAtOnce(Look look) {
    ProbeTarget target = look.target();
    SessionTarget implicit =
        new SessionTarget(
            new Path(target.operator(), target.port(), TlsMode.IMPLICIT),
            target.host(),
            List.of(look.address()),
            Optional.empty(),
            heloName,
            SECOND);
    return switch (opener.open(implicit)) {
      case Opening.Opened(var session) -> {
        session.close();
        yield true;
      }
      case Opening.Refused _ -> true;
      case Opening.PathFailed failed ->
          failed.kind() == FailureKind.TLS_UNTRUSTED || failed.evidence().tlsVersion().isPresent();
    };
  }

  private ProbeResult connect(Look look) {
    long start = System.nanoTime();
    Optional<Opening.PathFailed> failure =
        opener.connect("", look.target().host(), look.address(), look.target().port(), CONNECT);
    return result(
        look,
        failure
            .<Finding>map(
                failed -> new ProbeResult.Failed(failed.phase(), failed.kind(), failed.detail()))
            .orElseGet(ProbeResult.Ready::new),
        Duration.ofNanos(System.nanoTime() - start),
        PeerEvidence.NONE);
  }

  private static ProbeResult unfinished(Look look) {
    return result(
        look,
        new ProbeResult.Failed(
            Phase.BANNER,
            FailureKind.NO_ANSWER,
            "no end within " + FOR_SESSIONS.toSeconds() + " s"),
        FOR_SESSIONS,
        PeerEvidence.NONE);
  }

  private static ProbeResult nameless(ProbeTarget target, String detail) {
    return result(
        new Look(target, AddressFamily.IPV4, ""),
        new ProbeResult.Failed(Phase.DNS, FailureKind.DNS, target.host() + " " + detail),
        Duration.ZERO,
        PeerEvidence.NONE);
  }

  private static ProbeResult result(
      Look look, Finding finding, Duration took, PeerEvidence evidence) {
    return new ProbeResult(look.target(), look.family(), look.address(), finding, took, evidence);
  }

  private static Map<AddressFamily, String> firstOfEach(List<InetAddress> addresses) {
    Map<AddressFamily, String> first = new EnumMap<>(AddressFamily.class);
    for (InetAddress address : addresses) {
      first.putIfAbsent(AddressFamily.of(address), address.getHostAddress());
    }
    return first;
  }

  private static List<ProbeResult> of(List<ProbeTarget> targets, List<ProbeResult> results) {
    return targets.stream()
        .flatMap(target -> results.stream().filter(result -> result.target().equals(target)))
        .toList();
  }
}
