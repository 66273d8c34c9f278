package io.portolan.api.http;

import static io.portolan.api.http.Requests.bodyOr;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.configuration.RelaySecrets;
import io.portolan.api.pace.PaceOverview;
import io.portolan.api.ports.PortMatrix;
import io.portolan.api.ports.TransitionRow;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.path.PathHealthStore;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayCheck;
import io.portolan.sender.probe.ProbeReport;
import io.portolan.sender.probe.ProbeRequest;
import io.portolan.sender.probe.ProbeResult;
import io.portolan.sender.probe.ProbeTarget;
import io.portolan.sender.smtp.PeerEvidence;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;

/** Looks at ports from the network that this node stands in, and says how fast mail goes. */
final class PortsApi {
  // those that mail services publish: nobody scans a network with this
  private static final NavigableSet<Integer> MAIL =
      Collections.unmodifiableNavigableSet(
          new TreeSet<>(Set.of(25, 465, 587, 588, 2465, 2525, 2587, 8025, 8465)));
  private static final int SMTP = 25;
  private static final int LONGEST_HOST = 253;
  private static final int LAST_PORT = 65_535;

  private final Application.Parts parts;
  private final RelaySecrets allowed;
  private final Semaphore oneAtATime = new Semaphore(1);

  PortsApi(Application.Parts parts) {
    this.parts = parts;
    allowed = new RelaySecrets(parts.configuration().secretsDirectory());
  }

  /**
   * What to look at.
   *
   * @param relay whose ports are looked at beside the controls
   * @param host the same for a host that is no relay of ours
   * @param ports those of the controls and of the host, or, for a relay, its own
   */
  record ProbeBody(Optional<String> relay, Optional<String> host, Optional<List<Integer>> ports) {
    static final ProbeBody ALL =
        new ProbeBody(Optional.empty(), Optional.empty(), Optional.empty());
  }

  record FindingView(int port, String verdict, String words) {
    static FindingView of(ProbeReport.Finding finding) {
      return new FindingView(finding.port(), finding.verdict().id(), finding.words());
    }
  }

  record CertificateView(String subject, String issuer, String sha256, Instant notAfter) {}

  record LookView(
      String operator,
      String host,
      int port,
      String tls,
      String family,
      String address,
      String outcome,
      Optional<String> phase,
      Optional<String> kind,
      String detail,
      long millis,
      String banner,
      List<String> extensions,
      Optional<CertificateView> certificate) {
    static LookView of(ProbeResult result) {
      PeerEvidence evidence = result.evidence();
      return switch (result.finding()) {
        case ProbeResult.Ready _ -> of(result, "open", Optional.empty(), "ready for mail");
        case ProbeResult.Answered(var phase, var reply) ->
            of(result, "refused", Optional.of(phase.name()), reply.line());
        case ProbeResult.Failed(var phase, var _, String detail) ->
            of(
                result,
                "failed",
                Optional.of(phase.name()),
                evidence.masked() ? detail + " (masked by a firewall)" : detail);
      };
    }

    private static LookView of(
        ProbeResult result, String outcome, Optional<String> phase, String detail) {
      ProbeTarget target = result.target();
      PeerEvidence evidence = result.evidence();
      return new LookView(
          target.operator(),
          target.host(),
          target.port(),
          target.tls().id(),
          result.family().label(),
          result.address(),
          outcome,
          phase,
          result.kind().map(kind -> kind.id()),
          detail,
          result.took().toMillis(),
          evidence.banner(),
          evidence.extensions(),
          evidence
              .certificate()
              .map(
                  shown ->
                      new CertificateView(
                          shown.subject(), shown.issuer(), shown.sha256(), shown.notAfter())));
    }
  }

  record ProbeView(
      Instant at,
      double seconds,
      List<FindingView> ports,
      List<FindingView> host,
      List<LookView> looks) {
    static ProbeView of(ProbeReport report) {
      return new ProbeView(
          report.at(),
          report.took().toMillis() / 1_000.0,
          report.ports().stream().map(FindingView::of).toList(),
          report.host().stream().map(FindingView::of).toList(),
          report.results().stream().map(LookView::of).toList());
    }
  }

  void routes(RoutesConfig routes) {
    routes.post("/api/v1/ports/probe", this::probe, Access.OPERATE);
    routes.get("/api/v1/ports", this::matrix, Access.READ);
    routes.get("/api/v1/ports/history", this::verdicts, Access.READ);
    routes.get("/api/v1/paths/history", this::transitions, Access.READ);
    routes.get("/api/v1/pace", ctx -> json(ctx, PaceOverview.of(parts)), Access.READ);
    routes.get("/api/v1/pace/history", this::paces, Access.READ);
  }

  private void matrix(Context ctx) {
    json(
        ctx,
        PortMatrix.of(
            parts.stores().verdicts().all(), parts.paths().snapshot(), parts.clock().instant()));
  }

  private void verdicts(Context ctx) {
    Requests.allowQuery(ctx, "port", "limit", "cursor");
    Requests.listing(
        ctx,
        parts
            .stores()
            .verdicts()
            .changes(port(ctx), Requests.cursor(ctx).orElse(Long.MAX_VALUE), Requests.limit(ctx)),
        PortMatrix.ChangeRow::of);
  }

  private void transitions(Context ctx) {
    Requests.allowQuery(ctx, "route", "port", "target", "limit", "cursor");
    Requests.listing(
        ctx,
        parts
            .stores()
            .pathHealth()
            .history(
                new PathHealthStore.Filter(
                    Requests.query(ctx, "route"), port(ctx), Requests.query(ctx, "target")),
                Requests.cursor(ctx).orElse(Long.MAX_VALUE),
                Requests.limit(ctx)),
        TransitionRow::of);
  }

  private void paces(Context ctx) {
    Requests.allowQuery(ctx, "platform", "limit", "cursor");
    Requests.listing(
        ctx,
        parts
            .stores()
            .paces()
            .changes(
                Requests.query(ctx, "platform"),
                Requests.cursor(ctx).orElse(Long.MAX_VALUE),
                Requests.limit(ctx)),
        PaceOverview.ChangeRow::of);
  }

  private static Optional<Integer> port(Context ctx) {
    return Requests.number(ctx, "port")
        .map(
            number -> {
              if (number < 1 || number > LAST_PORT) {
                throw new InvalidException("port", "is not within 1.." + LAST_PORT);
              }
              return number.intValue();
            });
  }

  private void probe(Context ctx) throws InterruptedException {
    ProbeRequest request = request(bodyOr(ctx, ProbeBody.class, ProbeBody.ALL));
    if (!oneAtATime.tryAcquire()) {
      ctx.header("Retry-After", "30");
      throw new ProblemException(
          429,
          "probe-under-way",
          "Ports are being looked at",
          "This node looks at ports for somebody else, which takes 30 s at most. Try again then.");
    }
    try {
      json(ctx, ProbeView.of(parts.probe().probe(request)));
    } finally {
      oneAtATime.release();
    }
  }

  private ProbeRequest request(ProbeBody body) {
    if (body.relay().isPresent() && body.host().isPresent()) {
      throw new InvalidException("host", "is given beside relay; give one of them");
    }
    NavigableSet<Integer> ports = ports(body);
    return body.relay()
        .map(name -> ofRelay(name, ports))
        .orElseGet(() -> ofHost(body.host(), ports.isEmpty() ? all() : ports));
  }

  private NavigableSet<Integer> all() {
    return parts.probe().controls().ports();
  }

  private ProbeRequest ofRelay(String name, NavigableSet<Integer> ports) {
    Relay relay =
        parts.stores().relays().find(name).orElseThrow(() -> new NotFoundException("relay", name));
    List<ProbeTarget> wanted =
        relay.ports().stream()
            .filter(port -> ports.isEmpty() || ports.contains(port.port()))
            .map(port -> new ProbeTarget(relay.name(), relay.host(), port.port(), port.tls()))
            .toList();
    if (wanted.isEmpty()) {
      throw new InvalidException("ports", "has no port that relay " + name + " offers");
    }
    return request(wanted, true, relay.host());
  }

  private static ProbeRequest ofHost(Optional<String> named, NavigableSet<Integer> ports) {
    return named
        .map(
            host ->
                request(
                    ports.stream()
                        .map(port -> new ProbeTarget(host, host, port, usual(port)))
                        .toList(),
                    false,
                    host))
        .orElseGet(() -> new ProbeRequest(ports, List.of(), false, Set.of()));
  }

  private static ProbeRequest request(List<ProbeTarget> wanted, boolean mayBeInside, String host) {
    NavigableSet<Integer> ports = new TreeSet<>();
    wanted.forEach(target -> ports.add(target.port()));
    return new ProbeRequest(ports, wanted, mayBeInside, RelayCheck.notOffered(host, ports));
  }

  private NavigableSet<Integer> ports(ProbeBody body) {
    body.host()
        .ifPresent(
            host -> {
              if (host.isBlank() || host.length() > LONGEST_HOST) {
                throw new InvalidException("host", "must be a DNS name");
              }
              allowed.checkHost(host);
            });
    NavigableSet<Integer> ports = new TreeSet<>(body.ports().orElse(List.of()));
    for (int port : ports) {
      if (body.relay().isEmpty() && !MAIL.contains(port)) {
        throw new InvalidException("ports", "has " + port + "; ports of mail are " + MAIL);
      }
    }
    return ports;
  }

  /** What a port speaks where nobody has said otherwise; a mail exchanger may have no TLS. */
  private static TlsMode usual(int port) {
    return port == SMTP ? TlsMode.OPPORTUNISTIC : TlsMode.usualOn(port);
  }
}
