package io.portolan.sender.smtp;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.wire.DeadlineWatch;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions: dials a target's addresses in turn, secures and authenticates the connection.
 * Thread-safe; a call blocks its thread until the session is ready or has failed.
 */
public final class SessionOpener {
  /** More addresses than this of one host would only spend the detection budget. */
  private static final int MAX_ADDRESSES = 4;

  /** Hears of each address that is dialled, while the session is still being opened. */
  public interface DialListener {
    /** Listens to nothing. */
    DialListener NONE =
        new DialListener() {
          @Override
          public void connected(String address) {}

          @Override
          public void unreachable(String address, FailureKind kind) {}
        };

    /** TCP is connected; the banner may be long in coming. */
    void connected(String address);

    /** The network or the peer let no connection come about. */
    void unreachable(String address, FailureKind kind);
  }

  private final Dialer dialer;
  private final TlsTrust trust;
  private final DeadlineWatch watch;
  private final BrokenOffers broken = new BrokenOffers();

  public SessionOpener(Dialer dialer, TlsTrust trust, DeadlineWatch watch) {
    this.dialer = dialer;
    this.trust = trust;
    this.watch = watch;
  }

  /** Opens a session, and tells nobody how far it came. */
  public Opening open(SessionTarget target) {
    return open(target, DialListener.NONE);
  }

  /**
   * Opens a session. A refusal by the peer ends the search; a failure goes on to the next address.
   */
  public Opening open(SessionTarget target, DialListener listener) {
    long start = watch.nanoTime();
    Path path = target.path();
    if (target.credentials().isPresent()
        && path.tls() != TlsMode.STARTTLS
        && path.tls() != TlsMode.IMPLICIT) {
      return new Opening.PathFailed(
          Phase.AUTH,
          FailureKind.LOGIN_NEEDS_TLS,
          target.host(),
          "a login is sent over starttls or implicit TLS only, and the path says "
              + path.tls().id(),
          Duration.ZERO,
          "",
          PeerEvidence.NONE);
    }
    Optional<String> unreachable = unreachableFrom(path.source(), target.addresses());
    if (unreachable.isPresent()) {
      return new Opening.PathFailed(
          Phase.CONNECT,
          FailureKind.LOCAL_FAULT,
          target.host(),
          unreachable.get(),
          Duration.ZERO,
          "",
          PeerEvidence.NONE);
    }
    Opening.@Nullable PathFailed telling = null;
    for (String address :
        target.addresses().stream()
            .filter(address -> isOfFamily(path.source(), address))
            .limit(MAX_ADDRESSES)
            .toList()) {
      switch (new Attempt(target, address, start, listener).open()) {
        case Opening.PathFailed failed ->
            telling = telling == null ? failed : telling.orMoreTelling(failed);
        case Opening.Opened opened -> {
          return opened;
        }
        case Opening.Refused refused -> {
          return refused;
        }
      }
    }
    return telling == null
        ? new Opening.PathFailed(
            Phase.DNS,
            FailureKind.DNS,
            target.host(),
            "no address",
            Duration.ZERO,
            "",
            PeerEvidence.NONE)
        : telling;
  }

  /** Why no address can be dialled from a source: it is of the other IP family than all of them. */
  private static Optional<String> unreachableFrom(String source, List<String> addresses) {
    return addresses.isEmpty() || addresses.stream().anyMatch(each -> isOfFamily(source, each))
        ? Optional.empty()
        : Optional.of(
            "the source address " + source + " is of another IP family than " + addresses);
  }

  private static boolean isOfFamily(String source, String address) {
    return source.isEmpty()
        || InetAddress.ofLiteral(source).getAddress().length
            == InetAddress.ofLiteral(address).getAddress().length;
  }

  /**
   * Connects to a host, of which no SMTP is expected, and hangs up.
   *
   * @return what went wrong; empty when TCP was connected
   */
  public Optional<Opening.PathFailed> connect(
      String source, String host, String address, int port, Duration timeout) {
    long start = watch.nanoTime();
    try {
      dialer.dialFrom(source, address, port, timeout).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          new Opening.PathFailed(
              Phase.CONNECT,
              Failures.ofConnect(e),
              host,
              Wire.detail(e),
              Duration.ofNanos(watch.nanoTime() - start),
              address,
              PeerEvidence.NONE));
    }
  }

  /** The opening of a session at one address. */
  private final class Attempt {
    private final SessionTarget target;
    private final String address;
    private final long start;
    private final DialListener listener;
    private PhaseTimes times;

    Attempt(SessionTarget target, String address, long start, DialListener listener) {
      this.target = target;
      this.address = address;
      this.start = start;
      this.listener = listener;
      times = new PhaseTimes(watch::nanoTime);
    }

    Opening open() {
      Opening opening = open(Optional.empty());
      // opportunistic TLS is at worst no TLS (RFC 7435), unless somebody tampers
      return opening instanceof Opening.PathFailed failed
              && target.path().isDirect()
              && target.path().tls() == TlsMode.OPPORTUNISTIC
              && failed.phase() == Phase.TLS
              && failed.kind() != FailureKind.TLS_INJECTED
          ? open(Optional.of(failed.kind().id() + ": " + failed.detail()))
          : opening;
    }

    private Opening open(Optional<String> tlsFailure) {
      InetAddress peer;
      Wire wire;
      times = new PhaseTimes(watch::nanoTime);
      try {
        peer = named(InetAddress.ofLiteral(address));
        wire = dialled();
      } catch (IOException e) {
        return failedToConnect(Failures.ofConnect(e), Wire.detail(e));
      }
      boolean ready = false;
      try {
        listener.connected(address);
        Opening opening = negotiated(wire, peer, tlsFailure);
        ready = opening instanceof Opening.Opened;
        return opening;
      } finally {
        if (!ready) {
          wire.abort();
        }
      }
    }

    private Wire dialled() throws IOException {
      Socket socket =
          dialer.dialFrom(
              target.path().source(), address, target.path().port(), target.timeouts().connect());
      try {
        return new Wire(socket, watch);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    }

    private Opening negotiated(Wire wire, InetAddress peer, Optional<String> tlsFailure) {
      Negotiation negotiation =
          new Negotiation(wire, target, peer, trust, tlsFailure.isEmpty(), times);
      return switch (negotiation.run()) {
        case Negotiation.Result.Failed(Phase phase, FailureKind kind, String detail) ->
            failed(phase, kind, detail, negotiation.evidence());
        case Negotiation.Result.Refused(Phase phase, var reply) ->
            new Opening.Refused(phase, reply, address, took(), negotiation.evidence());
        case Negotiation.Result.Ready _ ->
            new Opening.Opened(session(wire, negotiation, tlsFailure));
      };
    }

    private Opening failedToConnect(FailureKind kind, String detail) {
      if (kind != FailureKind.RESET) {
        if (kind.isOfTheWay()) {
          listener.unreachable(address, kind);
        }
        return failed(Phase.CONNECT, kind, detail, unheard());
      }
      // the same as a reset an instant later, when it is what came next that fails
      return target.path().tls() == TlsMode.IMPLICIT
          ? failed(Phase.TLS, FailureKind.TLS_FAILED, detail, unheard())
          : failed(Phase.BANNER, kind, detail, unheard());
    }

    private PeerEvidence unheard() {
      return PeerEvidence.NONE.with(times.soFar());
    }

    private SmtpSession session(Wire wire, Negotiation negotiation, Optional<String> tlsFailure) {
      PeerEvidence evidence = negotiation.evidence();
      return new SmtpSession(
          wire,
          new SmtpSession.Peer(
              target.host(),
              address,
              negotiation.extensions(),
              tlsFailure.map(evidence::withTlsFailure).orElse(evidence),
              took()),
          target.timeouts(),
          broken);
    }

    /** The address with the target's name, so that nobody looks it up. */
    private InetAddress named(InetAddress literal) throws UnknownHostException {
      return InetAddress.getByAddress(target.host(), literal.getAddress());
    }

    private Opening.PathFailed failed(
        Phase phase, FailureKind kind, String detail, PeerEvidence evidence) {
      return new Opening.PathFailed(phase, kind, target.host(), detail, took(), address, evidence);
    }

    private Duration took() {
      return Duration.ofNanos(watch.nanoTime() - start);
    }
  }
}
