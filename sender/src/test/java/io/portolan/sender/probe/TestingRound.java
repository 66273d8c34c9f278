package io.portolan.sender.probe;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.probe.ProbeResult.Answered;
import io.portolan.sender.probe.ProbeResult.Failed;
import io.portolan.sender.probe.ProbeResult.Finding;
import io.portolan.sender.probe.ProbeResult.Ready;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.PeerCertificate;
import io.portolan.sender.smtp.PeerEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Looks as a test wants them, and what is made of them. */
final class TestingRound {
  private static final String ADDRESS = "192.0.2.1";
  private static final Duration TOOK = Duration.ofMillis(10);

  private final List<ProbeResult> controls = new ArrayList<>();
  private final List<ProbeResult> wanted = new ArrayList<>();
  private final List<ProbeResult> positive = new ArrayList<>();

  String words(int port) {
    ProbeRequest request =
        new ProbeRequest(new TreeSet<>(List.of(25, 587)), List.of(), false, Set.of());
    return new Words(request, round()).ofPort(port).words();
  }

  PortVerdict ofPort(int port) {
    return PortJudge.ofPort(port, round());
  }

  Round round() {
    return new Round(controls, wanted, positive);
  }

  void controls(int port, AddressFamily family, Finding finding, String... operators) {
    for (String operator : operators) {
      control(operator, port, family, finding);
    }
  }

  void control(String operator, int port, AddressFamily family, Finding finding) {
    control(operator, port, family, finding, PeerEvidence.NONE);
  }

  void control(
      String operator, int port, AddressFamily family, Finding finding, PeerEvidence evidence) {
    controls.add(result(operator, port, family, finding, evidence));
  }

  void want(int port, Finding finding) {
    want(port, TlsMode.STARTTLS, ADDRESS, finding);
  }

  void want(int port, TlsMode tls, String address, Finding finding) {
    wanted.add(
        new ProbeResult(
            new ProbeTarget("relay", "mail.relay.test", port, tls),
            AddressFamily.IPV4,
            address,
            finding,
            TOOK,
            PeerEvidence.NONE));
  }

  void positive(AddressFamily family, Finding finding) {
    positive.add(result("web", 443, family, finding, PeerEvidence.NONE));
  }

  private static ProbeResult result(
      String operator, int port, AddressFamily family, Finding finding, PeerEvidence evidence) {
    return new ProbeResult(
        new ProbeTarget(operator, "mail." + operator + ".test", port, TlsMode.STARTTLS),
        family,
        ADDRESS,
        finding,
        TOOK,
        evidence);
  }

  static Finding finding(String manner) {
    return manner.equals("open") ? new Ready() : failed(FailureKind.CONNECT_TIMEOUT);
  }

  static Failed failed(FailureKind kind) {
    return switch (kind) {
      case CONNECT_TIMEOUT, CONNECT_REFUSED, HOST_UNREACHABLE, NO_ROUTE, LOCAL_POLICY ->
          new Failed(Phase.CONNECT, kind, "as given");
      default -> new Failed(Phase.BANNER, kind, "as given");
    };
  }

  static Failed failedAt(Phase phase, FailureKind kind) {
    return new Failed(phase, kind, "as given");
  }

  static Answered answered(int code) {
    return new Answered(Phase.BANNER, new SmtpReply(code, Optional.empty(), "No"));
  }

  static PeerEvidence banner(String text) {
    return new PeerEvidence(
        text, List.of(), false, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
  }

  static PeerEvidence certificate(String sha256) {
    return new PeerEvidence(
        "",
        List.of(),
        false,
        Optional.of("TLSv1.3"),
        Optional.of(
            new PeerCertificate("CN=a", "CN=b", sha256, Instant.parse("2027-01-01T00:00:00Z"))),
        Optional.empty(),
        Map.of());
  }
}
