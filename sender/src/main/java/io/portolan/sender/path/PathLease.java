package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.policy.Path;
import io.portolan.core.relay.Relay;
import io.portolan.core.reply.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leave to open one session on a path. Its holder says how far it came, and closes it in any case;
 * closed without a word it counts as not tried.
 *
 * <p>Thread-safe; only the first of {@link #opened}, {@link #loginRefused}, {@link #loginDeferred},
 * {@link #failed} and {@link #close} counts.
 */
public final class PathLease implements AutoCloseable {
  private final PathHealth health;
  private final Path path;
  private final String target;
  private final Optional<Relay> relay;
  private final long number;
  private final Instant since;

  // guarded by the monitor of health
  private final List<Unreached> unreached = new ArrayList<>();
  private boolean isConnected;
  private boolean isDone;

  /** An address that could not be connected to, and why. */
  record Unreached(String address, String kind) {}

  PathLease(
      PathHealth health,
      Path path,
      String target,
      Optional<Relay> relay,
      long number,
      Instant since) {
    this.health = health;
    this.path = path;
    this.target = target;
    this.relay = relay;
    this.number = number;
    this.since = since;
  }

  public Path path() {
    return path;
  }

  /** The platform whose mail hosts it leads to; empty for a relay. */
  public String target() {
    return target;
  }

  /** The relay to dial; empty for direct. */
  public Optional<Relay> relay() {
    return relay;
  }

  /**
   * TCP connected: packets pass the port.
   *
   * @param address the peer's, as text
   */
  public void connected(String address) {
    health.connected(this, address);
  }

  /**
   * No connection to an address came about.
   *
   * @param kind such as {@code connect-timeout}
   */
  public void unreachable(String address, String kind) {
    health.unreachable(this, address, kind);
  }

  /** Whether an address is of an IP family that this path gets through by, as far as is known. */
  public boolean mayDial(String address) {
    return health.mayDial(key(), IpFamily.of(address));
  }

  /**
   * The peer answered as a mail server. A refusal by the genuine peer (a 554 or 421 banner, a 454)
   * is an answer too: it proves the port open.
   */
  public void opened() {
    health.opened(this);
  }

  /**
   * The relay refused the login (535 and its like). Proves the port open, and holds the route's
   * mail for a while: more trials would lock the account.
   *
   * @param reply the relay's words
   */
  public void loginRefused(String reply) {
    health.loginRefused(this, reply);
  }

  /**
   * The relay answered the login with 4yz: it cannot say now. Proves the port open, and holds the
   * route's mail for a short time.
   *
   * @param reply the relay's words
   */
  public void loginDeferred(String reply) {
    health.loginDeferred(this, reply);
  }

  /**
   * We have no login to offer, because the relay's password cannot be had. Says nothing about the
   * path; holds the route's mail as a refusal does.
   *
   * @param reason in words, without the secret
   */
  public void loginMissing(String reason) {
    health.loginMissing(this, reason);
  }

  /**
   * The session could not be opened, on any address that was tried. Not for this host's own faults,
   * such as want of file descriptors, which say nothing about a path: just close.
   *
   * @param phase the one that failed. A failure in {@link Phase#DNS} says nothing about the path;
   *     one in {@link Phase#CONNECT} speaks against the port; a later one against this path only
   * @param kind such as {@code connect-timeout}, for people
   * @param hosts that were dialled, by name, between blanks; to be looked at later
   */
  public void failed(Phase phase, String kind, String hosts) {
    health.failed(this, phase, kind, hosts);
  }

  @Override
  public void close() {
    health.abandoned(this);
  }

  HealthKey key() {
    return new HealthKey(path, target);
  }

  /** Rises with every lease; a lease with a higher number began later. */
  long number() {
    return number;
  }

  Instant since() {
    return since;
  }

  boolean isConnected() {
    return isConnected;
  }

  void addUnreached(String address, String kind) {
    unreached.add(new Unreached(address, kind));
  }

  /** The addresses of a family that could not be connected to, in the order they were dialled. */
  List<Unreached> unreached(IpFamily family) {
    return unreached.stream().filter(each -> IpFamily.of(each.address()) == family).toList();
  }

  /** Returns whether this changed anything. */
  boolean markConnected() {
    boolean isNews = !isConnected && !isDone;
    isConnected = isConnected || isNews;
    return isNews;
  }

  /** Returns whether this changed anything. */
  boolean markDone() {
    boolean isNews = !isDone;
    isDone = true;
    return isNews;
  }
}
